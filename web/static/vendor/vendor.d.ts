/** Types of what `vendor.js` exports: only as much of each library as the pages use. */

export type Child = unknown;
export interface VNode {
  readonly type: unknown;
  readonly props: Record<string, unknown>;
}
export function h(type: unknown, props: unknown, ...children: Child[]): VNode;
export function render(node: VNode, parent: Element): void;

export interface Ref<T> {
  current: T;
}
export function useState<T>(initial: T | (() => T)): [T, (next: T | ((old: T) => T)) => void];
export function useEffect(run: () => void | (() => void), on?: readonly unknown[]): void;
export function useRef<T>(initial: T): Ref<T>;

export interface ReadonlySignal<T> {
  readonly value: T;
  peek(): T;
}
export interface Signal<T> extends ReadonlySignal<T> {
  value: T;
}
export function signal<T>(value: T): Signal<T>;
export function computed<T>(from: () => T): ReadonlySignal<T>;
export function effect(run: () => void | (() => void)): () => void;
export function batch<T>(run: () => T): T;

export interface Htm {
  bind(create: typeof h): (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
}
export const htm: Htm;

export class FluentResource {
  constructor(source: string);
}
export interface Message {
  value: unknown;
}
export class FluentBundle {
  constructor(locales: string | string[], options?: { useIsolating?: boolean });
  addResource(resource: FluentResource): Error[];
  getMessage(id: string): Message | undefined;
  formatPattern(
    pattern: unknown,
    values?: Record<string, string | number>,
    errors?: Error[],
  ): string;
}

export function encode(value: unknown): Uint8Array<ArrayBuffer>;
export function decode(frame: ArrayBuffer | Uint8Array): unknown;

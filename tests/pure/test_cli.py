"""The command line: help for everything, sentences for errors, verdicts in order."""

import errno
import json
import re
import sys
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest
from click import Context, Group
from click.testing import CliRunner

from config.settings import SettingsError, load
from store.errors import FolderInUse, StoreUnreachable
from web.cli.failing import sentence
from web.cli.main import COMMANDS, benchside
from web.cli.settings import template

BENCHSIDE = (sys.executable, "-m", "web")


def _all_commands() -> list[list[str]]:
    """Return every command and subcommand as the words that call it."""
    context = Context(benchside)
    calls: list[list[str]] = []
    for name in COMMANDS:
        command = benchside.get_command(context, name)
        calls.append([name])
        if isinstance(command, Group):
            calls += [[name, verb] for verb in command.list_commands(context)]
    return calls


@pytest.mark.parametrize("call", _all_commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(call: list[str]) -> None:
    shown = CliRunner().invoke(benchside, [*call, "--help"])
    assert shown.exit_code == 0
    assert "Example: " in shown.output


def test_help_lists_every_command_without_importing_any() -> None:
    code = (
        "import sys; from web.cli.main import main; sys.argv[1:] = ['--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'redis', 'starlette', 'uvicorn', 'rich', 'chat.protocol'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


def test_a_written_settings_file_is_all_defaults(tmp_path: Path) -> None:
    file = tmp_path / "benchside.toml"
    shown = CliRunner().invoke(benchside, ["init", str(file)])
    assert shown.exit_code == 0
    assert load(file, {}) == load(None, {})
    again = CliRunner().invoke(benchside, ["init", str(file)])
    assert again.exit_code == 2
    assert "--force" in again.output


def test_what_is_commented_out_would_be_valid_if_it_were_not(tmp_path: Path) -> None:
    file = tmp_path / "benchside.toml"
    lines = (
        line.removeprefix("# ") if " = " in line and line.startswith("# ") else line
        for line in template().splitlines()
    )
    file.write_text("\n".join(lines), "utf-8")
    assert load(file, {}) == load(None, {})


def test_the_settings_in_force_are_shown_without_a_password() -> None:
    environ = {"BENCHSIDE_STORE_URL": "redis://someone:secret@host:6379"}
    for call in (["config", "show"], ["config", "show", "--json"]):
        shown = CliRunner().invoke(benchside, call, env=environ)
        assert "secret" not in shown.output
        assert "host:6379" in shown.output


def test_a_setting_is_explained_by_path_or_variable() -> None:
    for name in ("web.port", "BENCHSIDE_WEB_PORT"):
        shown = CliRunner().invoke(benchside, ["config", "explain", name, "--json"])
        assert json.loads(shown.output)[0]["key"] == "web.port"
    wrong = CliRunner().invoke(benchside, ["config", "explain", "web.prot"])
    assert wrong.exit_code == 2
    assert "did you mean web.port?" in wrong.output


def test_a_wrong_setting_ends_with_a_sentence_and_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "benchside.toml"
    file.write_text('[store]\nulr = "redis://x"\n', "utf-8")
    done = run(
        [*BENCHSIDE, "config", "check", "--config", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "did you mean store.url?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SettingsError("web.prot", "file, line 2", "no"), "web.prot (file, line 2)"),
        (StoreUnreachable("No store answers at redis://host."), "redis://host"),
        (ExceptionGroup("tasks", [ValueError(), FolderInUse("Another Benchside.")]), "Another"),
        (OSError(errno.EADDRINUSE, "in use"), "web.port"),
        (OSError(errno.ENOSPC, "full"), "disk is full"),
    ],
)
def test_what_an_operator_can_mend_is_said_in_a_sentence(error: Exception, said: str) -> None:
    assert said in (sentence(error) or "")


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    assert sentence(ValueError("x")) is None
    assert sentence(ExceptionGroup("tasks", [ValueError("x")])) is None


def _screen(lines: str) -> tuple[int, list[dict[str, object]]]:
    done = run([*BENCHSIDE, "screen"], input=lines.encode(), stdout=PIPE, check=False, timeout=60)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_verdicts_come_in_the_order_of_the_lines() -> None:
    texts = ["hello there", "i want to kill myself tonight", "call me on 07700 900123"]
    code, answers = _screen("".join(json.dumps({"text": text}) + "\n" for text in texts))
    assert code == 0
    assert [sorted(answer) for answer in answers] == [
        [
            "categories",
            "masked",
            "ms",
            "risk",
            "score",
            "spans",
            "standing",
            "tier",
        ]
    ] * 3
    assert answers[0]["risk"] == 0
    assert answers[1]["categories"] == ["suicide"]
    assert "900123" not in str(answers[2]["masked"])


def test_a_malformed_line_gets_an_error_in_its_place_and_exit_code_1() -> None:
    lines = '{"text": 3}\nnot json\n{"lang": "en"}\n\n{"text": "hi", "context": null, "id": 7}\n'
    code, answers = _screen(lines)
    assert code == 1
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert str(answers[1]["error"]).startswith("line 2:")


def test_each_verdict_is_there_before_the_next_line_is_sent() -> None:
    with Popen([*BENCHSIDE, "screen"], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("one", "two", "three"):
            process.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["masked"] == text
        process.stdin.close()
        assert process.wait(10) == 0


def test_plain_text_is_screened_too() -> None:
    done = CliRunner().invoke(benchside, ["screen", "--text", "--json"], input="hello\n{odd\n")
    assert [json.loads(line)["masked"] for line in done.output.splitlines()] == ["hello", "{odd"]


def test_the_document_of_the_wire_is_asyncapi_3_1() -> None:
    shown = CliRunner().invoke(benchside, ["asyncapi"])
    document = json.loads(shown.output)
    assert document["asyncapi"].startswith("3.1")
    assert set(document["channels"]) == {"seeker", "staff"}
    seeker = document["channels"]["seeker"]["messages"]
    assert "Said" in seeker
    assert not {"Noted", "Whispered", "Flagged", "StaffSaid"} & set(seeker)


def test_a_flag_is_explained_by_words_rule_and_certainty() -> None:
    line = "i want to end my life\n"
    done = CliRunner().invoke(benchside, ["screen", "--text", "--explain"], input=line)
    assert done.exit_code == 0, done.output
    assert re.search(r"sure +suicide +en\.\S+ +'.*end my life'", done.output), done.output
    assert "the conversation then stands at" in done.output

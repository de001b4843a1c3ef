// A peer: Socket.IO on Node with its Redis adapter, one room for each pair.
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const publish = createClient({ url: process.env.PEER_STORE });
const subscribe = publish.duplicate();
await Promise.all([publish.connect(), subscribe.connect()]);

const server = new Server({ adapter: createAdapter(publish, subscribe) });
server.on("connection", (socket) => {
  const { pair } = socket.handshake.query;
  socket.join(pair);
  socket.on("say", (text, acknowledge) => {
    socket.to(pair).emit("said", text);
    acknowledge?.();
  });
});
server.listen(Number(process.argv[2]));

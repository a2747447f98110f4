/**
 * A server with a SIP trunk, killed while it has calls at every stage: what it left behind is ended
 * by the next one, and nothing is dialled twice.
 *
 * The server is the start task's own process with its own permissions, on real sockets; trunk and
 * agent are the test's.
 *
 * @module
 */
import { assert, assertEquals, assertExists } from "@std/assert";
import { Lane } from "../../adapters/postgres/lane.ts";
import type { Lanes, Target } from "../../adapters/postgres/lanes.ts";
import { parseUri, type SipRequest, valueOf } from "../../adapters/telephony/sip/message.ts";
import type { Protocol } from "../../adapters/telephony/sip/transport.ts";
import { serverDatabases, type TestDatabase } from "../support/databases.ts";
import { freePort } from "../support/free_port.ts";
import { setUpOrders } from "../support/killed_server.ts";
import { callToolAt, type ServerProcess, startServerProcess } from "../support/server_process.ts";
import { isInitial, routinely, type Script, sdpOf, type SipPeer } from "../support/sip_peers.ts";
import { socketPeer } from "../support/sip_sockets.ts";
import { whenThere } from "../support/skip.ts";

/** How far a call has come when the server dies, by the last digits of its number. */
const STAGES = {
  /** The trunk has the INVITE, and has said nothing. */
  sent: "2001",
  ringing: "2002",
  /** The person has answered; the agent rings. */
  pickedUp: "2003",
  talking: "2004",
  /** The studio has noted that it dials; the books of SIP calls have nothing yet. */
  marked: "2005",
  /** The studio wants to note that it dials. */
  unmarked: "2006",
} as const;
type Stage = keyof typeof STAGES;
const ENDS: Record<Stage, string> = {
  sent: "canceled",
  ringing: "canceled",
  pickedUp: "ended_by_client",
  talking: "ended_by_client",
  marked: "provider_unavailable",
  unmarked: "busy",
};
const PATIENCE_MS = 100_000;

const stageOf = (request: SipRequest): Stage => {
  const number = parseUri(request.uri).user!.slice(-4);
  return (Object.keys(STAGES) as Stage[]).find((stage) => STAGES[stage] === number)!;
};

const trunkScript: Script = (request, trunk) => {
  if (!isInitial(request)) return routinely(request, trunk);
  const stage = stageOf(request);
  if (stage === "sent") return;
  if (stage === "unmarked") return trunk.answer(request, 486);
  trunk.answer(request, 180);
  if (stage === "pickedUp" || stage === "talking") trunk.answer(request, 200, { sdp: sdpOf(4000) });
};

/** The second call that reaches the agent is answered when the test says so. */
const agentScript: Script = (request, agent) => {
  if (!isInitial(request)) return routinely(request, agent);
  agent.answer(request, 180);
  if (agent.got("INVITE").filter(isInitial).length === 1) {
    agent.answer(request, 200, { sdp: sdpOf(5000) });
  }
};

const title = "a server with a SIP trunk, killed at every stage of a call, leaves nothing ringing";
whenThere("postgres", title, () => {
  Deno.test({ name: title, sanitizeOps: false, sanitizeResources: false }, async () => {
    const databases = await serverDatabases();
    assertExists(databases);
    try {
      // At once: what is left behind is taken for that only after a while.
      await Promise.all([
        killAndRestart("udp", await databases.fresh()),
        killAndRestart("tcp", await databases.fresh()),
      ]);
    } finally {
      await databases.stop();
    }
  });
});

async function killAndRestart(
  protocol: Protocol,
  { lanes, target, close }: TestDatabase,
): Promise<void> {
  const trunk = await socketPeer(protocol, trunkScript);
  const agent = await socketPeer(protocol, agentScript);
  const servers: ServerProcess[] = [];
  assert("url" in target);
  const env = {
    DATABASE_URL: target.url,
    TELEPHONY: "sip",
    SIP_TRUNK: `sip:127.0.0.1:${trunk.port};transport=${protocol}`,
    SIP_FROM: "+15550001111",
    SIP_LISTEN: `127.0.0.1:${freePort()}`,
  };
  const start = async () => {
    const server = await startServerProcess(env);
    servers.push(server);
    return server;
  };
  try {
    const agentUri = `sip:nova@127.0.0.1:${agent.port};transport=${protocol}`;
    const { token, orders } = await setUp(lanes, agentUri);
    const initiate = (server: ServerProcess, stage: Stage) =>
      callToolAt(server.url, token, "initiate-call", {
        callOrderUuid: orders[stage],
        idempotencyKey: `call ${orders[stage]}`,
      });
    const answered = await killAtEveryStage(await start(), lanes, target, initiate, agent.peer);

    const next = await start();
    for (const stage of Object.keys(STAGES) as Stage[]) {
      const answer = await initiate(next, stage);
      assertEquals(answer.isError ?? false, false, answer.content[0].text);
      const callUuid = answer.structuredContent?.callUuid;
      assertEquals(callUuid, answered.get(stage) ?? callUuid);
    }
    await until(
      "the end of every call",
      async () => (await callsOf(lanes)).every(({ end_reason }) => end_reason !== null),
    );
    // The studio was killed while this phone rang, and does not know of it.
    const ringing = agent.peer.got("INVITE").filter(isInitial)[1];
    agent.peer.answer(ringing, 200, { sdp: sdpOf(5001) });
    await until("the late agent's BYE", () => agent.peer.got("BYE").length === 2);
    assertEquals(await next.stop(), 0);
    await assertEnded(lanes, trunk.peer, agent.peer, orders);
  } finally {
    for (const server of servers) await server.kill();
    trunk.close();
    agent.close();
    await close();
  }
}

/** Brings one call to each stage, and kills the server; the calls that were told, by stage. */
async function killAtEveryStage(
  server: ServerProcess,
  lanes: Lanes,
  target: Target,
  initiate: (server: ServerProcess, stage: Stage) => ReturnType<typeof callToolAt>,
  agent: SipPeer,
): Promise<Map<Stage, unknown>> {
  const answered = new Map<Stage, unknown>();
  const asking: Promise<unknown>[] = [];
  const ask = (stage: Stage) => {
    const asked = initiate(server, stage).then(
      ({ structuredContent }) => answered.set(stage, structuredContent?.callUuid),
      // Killed before it could answer.
      () => {},
    );
    asking.push(asked);
    return asked;
  };
  await ask("talking");
  await until("the talk", () => agent.got("ACK").length === 1);
  await ask("pickedUp");
  await ask("ringing");
  void ask("sent");
  await until("the books", async () => {
    const [{ sent, talking, ringing }] = await lanes.flight(
      { role: "phone_network" },
      (sql) =>
        sql<{ sent: bigint; talking: bigint; ringing: bigint }>`
        select count(*) as sent, count(*) filter (where contact is not null) as talking,
          count(*) filter (where events::text like '%ringing%') as ringing
        from sip.calls where invite is not null or contact is not null`,
    );
    return [sent, talking, ringing].join() === "4,2,3";
  });
  // Whoever writes to a locked table waits, and dies waiting.
  const books = await locked(target, "phone_network", "sip.calls");
  void ask("marked");
  await until("the mark", async () => (await callsOf(lanes)).length === 5);
  const calls = await locked(target, "app_master", "calls");
  void ask("unmarked");
  await until("somebody who waits for each lock", async () => {
    const [{ waiting }] = await lanes.flight(
      { role: "app_master" },
      (sql) =>
        sql<{ waiting: bigint }>`
        select count(distinct relation) as waiting
        from pg_locks join pg_class on pg_class.oid = relation
        where not granted and relname = 'calls'`,
    );
    return waiting === 2n;
  });
  await server.kill();
  await Promise.all(asking);
  await Promise.all([books.discard(), calls.discard()]);
  return answered;
}

/** A connection that keeps everybody else from writing to a table, until it is discarded. */
async function locked(target: Target, role: string, table: string): Promise<Lane> {
  const lane = await Lane.open(target, 10_000);
  await lane.simple(`begin; set local role ${role}; lock table ${table} in exclusive mode`);
  return lane;
}

/** An order for each stage, and a token. */
async function setUp(
  lanes: Lanes,
  uri: string,
): Promise<{ token: string; orders: Record<Stage, string> }> {
  const numbers = Object.entries(STAGES).map(([stage, digits]) => [stage, `+1415555${digits}`]);
  const connection = { kind: "sip", uri } as const;
  const { token, orders } = await setUpOrders(
    lanes,
    numbers.map(([, number]) => number),
    connection,
  );
  const byStage = numbers.map(([stage, number]) => [stage, orders.get(number)]);
  return { token, orders: Object.fromEntries(byStage) };
}

interface CallRow {
  id: string;
  order_id: string;
  end_reason: string | null;
  price: bigint | null;
  answered_at: Date | null;
}

function callsOf(lanes: Lanes) {
  return lanes.flight(
    { role: "app_master" },
    (sql) => sql<CallRow>`select id, order_id, end_reason, price, answered_at from calls`,
  );
}

/** What trunk and agent heard, what the studio says, and what the client paid, fit together. */
async function assertEnded(
  lanes: Lanes,
  trunk: SipPeer,
  agent: SipPeer,
  orders: Record<Stage, string>,
): Promise<void> {
  const calls = await callsOf(lanes);
  const ends = Object.entries(orders).map(([stage, order]) => {
    const ofOrder = calls.filter(({ order_id }) => order_id === order);
    assertEquals(ofOrder.length, 1, "one call an order, however often it was asked for");
    return [stage, ofOrder[0].end_reason];
  });
  assertEquals(Object.fromEntries(ends), ENDS);

  const heard = (method: string) =>
    trunk.got(method).filter((request) => method !== "INVITE" || isInitial(request))
      .map((request) =>
        stageOf(
          trunk.got("INVITE").find((invite) =>
            valueOf(invite, "call-id") === valueOf(request, "call-id")
          )!,
        )
      ).toSorted();
  assertEquals(heard("INVITE"), ["pickedUp", "ringing", "sent", "talking", "unmarked"]);
  assertEquals(heard("CANCEL"), ["ringing", "sent"]);
  assertEquals(heard("BYE"), ["pickedUp", "talking"]);
  const callIds = (method: string) =>
    new Set(agent.got(method).map((request) => valueOf(request, "call-id")));
  assertEquals(callIds("BYE"), callIds("INVITE"), "the agent's legs are ended too");

  const [[balance], [ledger]] = await lanes.flight(
    { role: "app_master" },
    (sql) =>
      Promise.all([
        sql<{ paid_in: bigint; available: bigint; reserved: bigint; spent: bigint }>`
          select paid_in, available, reserved, spent from balances`,
        sql<{ spent: string; reserved: string }>`
          select sum(amount) filter (where kind in ('settle', 'adjust')) as spent,
            sum(case when kind = 'reserve' then amount when kind in ('settle', 'release') then -amount end)
              as reserved
          from ledger`,
      ]),
  );
  const spent = calls.reduce((sum, { price }) => sum + (price ?? 0n), 0n);
  assert(spent > 0n, "talks cost something");
  assertEquals({ ...balance }, {
    paid_in: 1_000_000_000n,
    available: 1_000_000_000n - spent,
    reserved: 0n,
    spent,
  });
  assertEquals({ ...ledger }, { spent: String(spent), reserved: "0" });
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !await holds();) {
    assert(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Passwords for the demo's people, made at random for this one installation.
 *
 * @module
 */
import type { App } from "../../src/app.ts";
import { DEMO } from "./demo.ts";

/** What to type at the console. */
export interface DemoPassword {
  email: string;
  password: string;
}

/** Who may sign in. */
export interface DemoPasswords {
  /** Every permission, at the first company. */
  admin: DemoPassword;
  /** `calls.view` alone, at the first company. */
  viewer: DemoPassword;
  /** The operator's: every company. */
  master: DemoPassword;
}

/** Gives each of the demo's people a password, by an invitation like anybody's. */
export async function setDemoPasswords(app: App): Promise<DemoPasswords> {
  const set = async (email: string): Promise<DemoPassword> => {
    const { secret } = await app.access.inviteUser(DEMO, email);
    const password = crypto.getRandomValues(new Uint8Array(10)).toHex().replace(
      /(.{5})(?=.)/g,
      "$1-",
    );
    await app.access.acceptInvitation(secret, password);
    return { email, password };
  };
  return {
    admin: await set("maya.torres@brightline.example"),
    viewer: await set("lena.fischer@brightline.example"),
    master: await set("olga.ruiz@studio.example"),
  };
}

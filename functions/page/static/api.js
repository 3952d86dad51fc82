// Calls of the API with the bearer token that the person signed in with. The token stays in this tab.

const BASE = new URL("./", location.href.split("#")[0]);
const KEY = "lineal.session";

export class Refused extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export const session = {
  get() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  },
  set(value) {
    sessionStorage.setItem(KEY, JSON.stringify(value));
  },
  clear() {
    sessionStorage.removeItem(KEY);
  },
};

export async function call(method, path, body) {
  const given = session.get();
  const answer = await reached(method, path, body, given?.token ?? "");
  const text = await answer.text();
  const found = parsed(text);
  if (answer.ok) return found;
  throw new Refused(answer.status, found.code ?? "", sentence(answer.status, found));
}

async function reached(method, path, body, token) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(new URL(`token${path}`, BASE), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch {
    throw new Refused(0, "", "The server could not be reached. Nothing was changed that you have not seen confirmed.");
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function sentence(status, found) {
  if (found.detail) return found.detail[0].toUpperCase() + found.detail.slice(1) + ".";
  if (status === 401) return "The token is not known, or no longer valid.";
  if (status === 403) return "You may not do this.";
  if (status === 404) return "There is no such thing.";
  return `The server answered with ${status}.`;
}

const part = encodeURIComponent;
const project = () => part(session.get().project);

export const whoAmI = () => call("GET", `/v1/projects/${project()}/whoami`);
export const policy = () => call("GET", `/v1/projects/${project()}/policy`);
export const approval = (id) => call("GET", `/v1/projects/${project()}/approvals/${part(id)}`);
export const model = (name) => call("GET", `/v1/projects/${project()}/models/${part(name)}`);
export const version = (name, number) =>
  call("GET", `/v1/projects/${project()}/models/${part(name)}/versions/${part(number)}`);
export const card = (name, number) =>
  call("GET", `/v1/projects/${project()}/models/${part(name)}/versions/${part(number)}/card`);
export const trace = (name, number) =>
  call("GET", `/v1/projects/${project()}/models/${part(name)}/versions/${part(number)}/trace`);

export function approvals(status, pageToken) {
  const query = new URLSearchParams({ page_size: "50" });
  if (status) query.set("status", status);
  if (pageToken) query.set("page_token", pageToken);
  return call("GET", `/v1/projects/${project()}/approvals?${query}`);
}

const about = (id, what, body) => call("POST", `/approvals/${project()}/${part(id)}/${what}`, body);
export const decide = (id, verdict, reason) => about(id, "decisions", { verdict, reason });
export const delegate = (id, to, reason) => about(id, "delegations", { to, reason });
export const cancel = (id, reason) => about(id, "cancellations", { reason });

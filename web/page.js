// The page at /. It speaks to the API as any app would: ready operations, idempotency
// keys that outlive a lost answer, and a countdown by the server's clock.

const $ = (id) => document.getElementById(id);
const documents = new Map();
let token = takeToken();
let after = null; // where the next page of apartments begins
const reservations = new Map(); // id → { node, ahead, card }

// --- talking to the API -----------------------------------------------------------

async function operation(name) {
  if (!documents.has(name)) {
    const answer = await fetch(`operations/${name}.graphql`);
    if (!answer.ok) throw new Error(`The operation ${name} could not be loaded (${answer.status}).`);
    documents.set(name, await answer.text());
  }
  return documents.get(name);
}

class Refused extends Error {
  constructor(error) {
    super(error.message);
    this.code = error.code ?? error.extensions?.code ?? "";
    this.field = error.field ?? "";
  }
}

async function call(name, variables) {
  const answer = await fetch("graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: await operation(name), variables }),
  });
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    leave();
    throw new Refused({ message: "Your token is not valid, or no longer. Please come in again.", code: "UNAUTHENTICATED" });
  }
  if (body.errors?.length) throw new Refused(body.errors[0]);
  if (!answer.ok || !body.data) throw new Error(`The server answered ${answer.status}.`);
  return body.data;
}

// mutate runs a mutation and answers its payload. The key is kept until an answer has
// arrived, so that trying again after a lost one is asking for the same thing.
async function mutate(name, field, input, order) {
  const input_ = order ? { ...input, idempotencyKey: keyOf(order) } : input;
  const payload = (await call(name, { input: input_ }))[field];
  if (order) sessionStorage.removeItem(order);
  if (payload.userErrors.length) throw new Refused(payload.userErrors[0]);
  return payload;
}

function keyOf(order) {
  let key = sessionStorage.getItem(order);
  if (!key) {
    key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem(order, key);
  }
  return key;
}

// --- coming in and leaving ---------------------------------------------------------

// takeToken takes a token from the address, which never reaches the server, and
// from this tab.
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname);
    sessionStorage.setItem("token", given);
  }
  return sessionStorage.getItem("token") ?? "";
}

function leave() {
  token = "";
  sessionStorage.clear();
  for (const id of [...reservations.keys()]) forget(id);
  $("apartments").replaceChildren();
  show();
}

function show() {
  const inside = token !== "";
  $("enter").hidden = inside;
  for (const id of ["leave", "browse"]) $(id).hidden = !inside;
  $("mine").hidden = !inside || reservations.size === 0;
  $("who").textContent = inside ? whose(token) : "";
}

// whose reads the name in a token, only to show it; the server checks it.
function whose(jwt) {
  try {
    return JSON.parse(atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub ?? "";
  } catch {
    return "";
  }
}

// --- telling -------------------------------------------------------------------------

function tell(message, bad = false) {
  $("notice").textContent = message;
  $("notice").classList.toggle("bad", bad);
  $("notice").hidden = message === "";
}

// doing runs what a button or form asks for, once at a time, and tells what went wrong.
async function doing(button, work) {
  if (button) button.disabled = true;
  tell("");
  try {
    await work();
  } catch (error) {
    tell(error instanceof TypeError ? "The server does not answer. Nothing is lost: try again." : error.message, true);
  } finally {
    if (button) button.disabled = false;
  }
}

function money({ amount, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const count = (n, what) => n != null && `${n} ${what}${n === 1 ? "" : "s"}`;
const place = (a) => [a.city, a.state].filter(Boolean).join(", ");

// --- vacant apartments -----------------------------------------------------------------

function filter() {
  const f = { status: "VACANT" };
  const state = $("state").value.trim().toUpperCase();
  const city = $("city").value.trim();
  if (city && !state) throw new Error("Say the state of the city, too.");
  if (state) f.state = state;
  if (city) f.city = city;
  if ($("bedrooms").value !== "") f.minBedrooms = Number($("bedrooms").value);
  if ($("most").value !== "") f.maxPrice = Math.round(Number($("most").value) * 100);
  return f;
}

async function browse(next) {
  const { apartments } = await call("browse", { filter: filter(), first: 10, after: next });
  if (!next) $("apartments").replaceChildren();
  for (const { node } of apartments.edges) $("apartments").append(apartmentCard(node));
  after = apartments.pageInfo.hasNextPage ? apartments.pageInfo.endCursor : null;
  $("more").hidden = after === null;
  if (!$("apartments").childElementCount) tell(after ? "None on this page; show more." : "No vacant apartment matches.");
}

function apartmentCard(a) {
  const card = $("apartment-card").content.cloneNode(true).firstElementChild;
  card.querySelector("h3").textContent = a.title;
  const size = [count(a.bedrooms, "bedroom"), count(a.bathrooms, "bathroom"), a.squareFeet && `${a.squareFeet} sq ft`, a.pets.join(", ")];
  card.querySelector(".place").textContent = [place(a), ...size].filter(Boolean).join(" · ");
  card.querySelector(".price").textContent = `${money(a.price)} ${a.rentPeriod.toLowerCase().replaceAll("_", " ")}`;
  const button = card.querySelector(".reserve");
  button.setAttribute("aria-label", `Reserve ${a.title}`);
  button.addEventListener("click", () => doing(button, async () => {
    try {
      const { reservation } = await mutate("reserve", "reserveApartment", { apartmentId: a.id }, `reserve ${a.id}`);
      card.remove();
      await refresh(reservation.id);
      tell("It is held for you. Pay before the time is up.");
      scrollTo({ top: 0, behavior: "smooth" });
    } catch (error) {
      if (error.code === "APARTMENT_NOT_VACANT") card.remove();
      throw error;
    }
  }));
  return card;
}

// --- my reservations ----------------------------------------------------------------------

const alive = (r) => r.status === "HELD" || r.status === "CONFIRMING";

async function mine() {
  const { myReservations } = await call("mine", { first: 20 });
  for (const { node } of [...myReservations.edges].reverse()) if (alive(node) || node.status === "PAID") keep(node);
}

// refresh asks for one reservation, and again when the server says that it makes sense.
async function refresh(id) {
  const { myReservations } = await call("mine", { first: 20 });
  const found = myReservations.edges.find(({ node }) => node.id === id);
  if (found) keep(found.node);
}

function keep(node) {
  let known = reservations.get(node.id);
  if (!known) {
    known = { card: reservationCard(node) };
    reservations.set(node.id, known);
    $("reservations").prepend(known.card);
  }
  clearTimeout(known.timer);
  known.node = node;
  known.ahead = Date.parse(node.serverTime) - Date.now();
  if (node.pollAfter > 0) known.timer = setTimeout(() => poll(node.id), Math.max(250, node.pollAfter));
  draw(known);
  show();
}

function forget(id) {
  clearTimeout(reservations.get(id)?.timer);
  reservations.get(id)?.card.remove();
  reservations.delete(id);
}

async function poll(id) {
  const known = reservations.get(id);
  if (!known || !token) return;
  try {
    const { reservation } = await call("poll", { id });
    if (!reservation) return forget(id);
    keep({ ...known.node, ...reservation, apartment: { ...known.node.apartment, ...reservation.apartment } });
  } catch {
    known.timer = setTimeout(() => poll(id), 3000); // it is asked again; the countdown goes on
  }
}

function reservationCard(r) {
  const card = $("reservation-card").content.cloneNode(true).firstElementChild;
  card.querySelector("h3").textContent = r.apartment.title;
  card.querySelector(".place").textContent = place(r.apartment);
  card.querySelector(".price").textContent = money(r.price);
  const on = (name, work) => {
    const button = card.querySelector(name);
    button.addEventListener("click", () => doing(button, work));
  };
  const id = r.id;
  on(".pay", async () => {
    const { payment } = await pay(id);
    await poll(id);
    tell(nextActions[payment?.nextAction] ?? "");
  });
  on(".extend", async () => {
    await mutate("extend", "extendHold", { reservationId: id }, `extend ${id}`);
    await poll(id);
  });
  on(".cancel", async () => {
    await mutate("cancel", "cancelReservation", { reservationId: id });
    await poll(id);
    await browse(null);
  });
  return card;
}

// pay asks how to pay. Most gateways say what the payer is to do next; the simulated one
// wants to be told one of its test methods.
async function pay(id) {
  const order = `pay ${id}`;
  try {
    return (await mutate("pay", "payReservation", { reservationId: id }, order)).reservation;
  } catch (error) {
    if (error.field !== "paymentMethod") throw error;
    return (await mutate("pay", "payReservation", { reservationId: id, paymentMethod: "pm_ok" }, order)).reservation;
  }
}

const nextActions = {
  CONFIRM: "Confirm the payment in your app.", AUTHENTICATE: "Your bank wants to know that it is you.",
  WAIT: "Waiting for your bank.", PAY_LANDLORD: "Pay the landlord, in cash or by bank transfer; it is held for you meanwhile.",
};

const says = {
  HELD: "Held for you", CONFIRMING: "Taking the payment", PAID: "Paid: it is yours", EXPIRED: "The time is up: it is vacant again",
  CANCELLED: "Given back", FAILED: "The payment failed: it is vacant again", REFUNDED: "Refunded",
};

function draw({ node, ahead, card }) {
  card.className = `card ${node.status}`;
  card.querySelector(".badge").textContent = says[node.status] ?? node.status;
  const held = node.status === "HELD";
  card.querySelector(".left").textContent = held ? left(Date.parse(node.holdExpiresAt) - Date.now() - ahead) : "";
  card.querySelector(".actions").hidden = !held;
  const declined = node.payment?.status === "DECLINED";
  card.querySelector(".detail").textContent = declined ? `The payment was declined (${node.payment.declineCode}). Try another way to pay.` : "";
}

function left(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")} left to pay`;
}

setInterval(() => {
  for (const known of reservations.values()) if (known.node.status === "HELD") draw(known);
}, 1000);

// --- wiring ---------------------------------------------------------------------------------

async function begin() {
  show();
  if (!token) return;
  await doing(null, async () => {
    await mine();
    await browse(null);
  });
}

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  $("token").value = "";
  sessionStorage.setItem("token", token);
  begin();
});
$("filter").addEventListener("submit", (event) => {
  event.preventDefault();
  doing(event.submitter, () => browse(null));
});
$("more").addEventListener("click", () => doing($("more"), () => browse(after)));
$("leave").addEventListener("click", () => { leave(); tell("Your token is forgotten."); });

begin();

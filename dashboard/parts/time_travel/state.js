// How did the order stand? The state as a document; what this event changed carries a mark.

const KNOWN = new Set(
  "id customer_id status total paid carrier tracking_number delivered_at".split(" "),
);
const GROUPS = new Set(["items", "payments", "shipping_address", "cancellation"]);

class State {
  constructor($) {
    this.$ = $;
  }

  load(walk) {
    this.walk = walk;
    this.fields = new Fields(walk);
    this.items = new Items(this.fields);
  }

  move(version) {
    this.fields.move(version);
    const parts = [this.head(), this.path(version), this.items.draw(), this.cards()];
    place(this.$("state"), parts);
  }

  // What changed may lie further down a long order: bring it into the pane, and no further.
  reveal() {
    const box = this.$("state");
    const mark = box.querySelector(".changed, .born, .gone");
    if (!mark || box.scrollHeight <= box.clientHeight) return;
    const frame = box.getBoundingClientRect();
    const at = mark.getBoundingClientRect();
    if (at.top < frame.top) box.scrollTop += at.top - frame.top - 48;
    if (at.bottom > frame.bottom) box.scrollTop += at.bottom - frame.bottom + 48;
  }

  head() {
    const named = (title, field) =>
      el("div", {}, el("span", { class: "small" }, title), this.fields.value(field));
    return el("div", { class: "document-head" }, named("Order", "id"), named("Customer", "customer_id"));
  }

  // The usual path; an order that left it shows how far it had come, and where it ended.
  path(version) {
    const status = this.fields.now("status");
    const reached = this.walk.reached(version);
    const usual = this.walk.status_path;
    const come = usual.filter((step, index) => !index || reached.has(step));
    const steps = usual.includes(status) ? usual : [...come, status];
    const here = steps.indexOf(status);
    const beads = steps.map((step, at) => this.bead(step, at - here, reached.get(step), version));
    return el("ol", { class: "path", "aria-label": "Status" }, ...beads);
  }

  bead(status, distance, since, version) {
    const stage = distance < 0 ? "done" : distance ? "ahead" : "here";
    const sign = distance > 0 ? null : icon(this.walk.status_path.includes(status) ? "check" : "cross");
    const name = el("span", { class: since === version ? "name changed" : "name" }, capital(status ?? ""));
    if (!distance) this.fields.askable(name, this.walk.statusPath, `Status, ${status}`, since ?? ABSENT);
    return el(
      "li",
      {
        class: `${stage} ${this.walk.status_hues[status] ?? "gray"}`,
        "aria-current": distance ? null : "step",
      },
      el("span", { class: "bead" }, sign),
      name,
      el("span", { class: "small" }, since ? day(this.walk.event(since).at) : ""),
    );
  }

  cards() {
    const cards = [
      this.card("Ship to", this.group("shipping_address")),
      this.card("Payments", this.payments()),
      this.card("Shipment", this.single(["carrier", "tracking_number", "delivered_at"])),
      this.card("Cancellation", this.group("cancellation")),
      ...this.others(),
    ];
    return el("div", { class: "cards" }, ...cards);
  }

  card(title, rows) {
    return rows.length ? el("div", { class: "card" }, el("h4", {}, title), ...rows) : null;
  }

  group(name) {
    const rows = this.fields
      .below(name)
      .flatMap(([, paths]) => paths)
      .map((path) => this.walk.paths[path])
      .map((path) => [path.slice(1).map(label).join(" "), this.fields.value(...path)]);
    return rows.length ? [pairs(rows)] : [];
  }

  payments() {
    return this.fields.below("payments").map(([key]) => {
      const at = (part) => this.fields.value("payments", key, part);
      const times = this.fields.now("payments", key, "installments");
      const parts = times && times !== "1" ? el("span", { class: "small" }, "in ", at("installments")) : null;
      return el("p", { class: "payment" }, el("span", {}, at("method"), parts), at("amount"));
    });
  }

  single(names) {
    const present = names.filter((name) => this.fields.has(name));
    return present.length ? [pairs(present.map((name) => [label(name), this.fields.value(name)]))] : [];
  }

  // A field nobody here has heard of is shown all the same.
  others() {
    const groups = [...this.fields.groups];
    const alone = groups.filter(([name, below]) => !below.size && !KNOWN.has(name));
    const deep = groups.filter(([name, below]) => below.size && !GROUPS.has(name));
    return [
      this.card("More", this.single(alone.map(([name]) => name))),
      ...deep.map(([name]) => this.card(label(name), this.group(name))),
    ];
  }
}

function pairs(rows) {
  const nodes = rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  return el("dl", { class: "pairs" }, ...nodes);
}

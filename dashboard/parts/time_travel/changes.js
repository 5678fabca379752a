// What did this event change, and who and what caused it? Old → new, then the facts about it.

const CAUSES = ["actor", "reason", "causation_id", "correlation_id", "source", "inferred"];
const NAMES = new Set(["product_id", "product_name"]); // said by the heading already

class Changes {
  constructor($, go) {
    this.$ = $;
    this.go = go;
    $("raw").ontoggle = () => this.walk && this.stored();
  }

  load(walk) {
    this.walk = walk;
  }

  move(version) {
    this.version = version;
    this.event = this.walk.event(version);
    this.$("changes").replaceChildren(...this.grouped(this.walk.patch(version)));
    this.$("facts").replaceChildren(...this.facts());
    this.stored();
  }

  // Old → new under what each belongs to; of one event, or of all between two moments.
  grouped(patch) {
    const groups = new Map();
    for (const change of patch) {
      const title = this.title(this.walk.paths[change[0]], patch);
      if (!groups.has(title)) groups.set(title, []);
      groups.get(title).push(change);
    }
    if (!groups.size) return [el("p", { class: "empty" }, "Nothing in the order changed.")];
    return [...groups].map(([title, changes]) => this.group(title, changes));
  }

  // What a path belongs to: an item goes by its name, a payment by its number.
  title(path, patch) {
    if (path.length === 1) return "";
    if (path[0] !== "items") return path.length > 2 ? `${label(path[0])} ${path[1]}` : label(path[0]);
    const number = this.walk.paths.findIndex((p) => p[1] === path[1] && p[2] === "product_name");
    const removed = patch.find(([changed]) => changed === number);
    return this.walk.state.get(number) ?? removed?.[1] ?? removed?.[2] ?? path[1];
  }

  group(title, changes) {
    const all = (side) => changes.every((change) => orNothing(change[side]) === NOTHING);
    const tag = title && all(1) ? "new" : title && all(2) ? "gone" : null;
    const named = changes.filter(([number]) => !tag || !NAMES.has(this.walk.paths[number].at(-1)));
    const rows = named.map((change) => this.row(tag, ...change));
    const badge = tag ? el("span", { class: "tag" }, tag) : null;
    const head = title ? el("caption", {}, title, badge) : null;
    return el("table", { class: "diff" }, head, el("tbody", {}, ...rows));
  }

  row(tag, number, before, after) {
    const was = tag === "new" ? null : el("del", {}, orNothing(before));
    const is = tag === "gone" ? null : el("ins", {}, orNothing(after));
    const arrow = tag ? null : el("span", { class: "arrow", "aria-label": "became" }, "→");
    const name = el("th", { scope: "row" }, label(this.walk.paths[number].at(-1)));
    return el("tr", {}, name, el("td", {}, was, arrow, is));
  }

  facts() {
    const { told, ...event } = this.event;
    const others = Object.keys(told).filter((name) => !CAUSES.includes(name));
    const rows = [
      ...CAUSES.filter((name) => told[name]).map((name) => [label(name), this.cause(name, told[name])]),
      ["Happened", event.at],
      ["Recorded", event.recorded],
      ...others.map((name) => [label(name), told[name]]),
      ["Event", el("code", {}, event.id)],
      ["Digest", el("code", {}, event.digest)],
      ["Seal", el("code", {}, event.seal)],
    ];
    return rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  }

  cause(name, value) {
    const version = name === "causation_id" ? this.walk.byId.get(value) : ABSENT;
    if (name === "inferred") return `${label(value).toLowerCase()} (not in the source)`;
    if (version === ABSENT) return value;
    const text = `v${count(version)} ${this.walk.kind(version).label}`;
    const link = el("button", { type: "button", class: "link", title: value }, text);
    link.onclick = () => this.go(version);
    return link;
  }

  stored() {
    if (!this.$("raw").open) return;
    const { type, schema, data, metadata } = this.event;
    this.$("stored").replaceChildren(
      el("p", { class: "small" }, `${type}, schema ${schema}`),
      el("pre", { tabindex: 0, "aria-label": "Event as stored" }, indented(data)),
      el("p", { class: "small" }, "Metadata"),
      el("pre", { tabindex: 0, "aria-label": "Metadata as stored" }, indented(metadata)),
    );
  }
}

// Why is this value here? Every event that set it, the newest first, with who, when and the reason.

const MOST_CAUSES = 60; // more of them when somebody asks

class Why {
  constructor($, scrubber) {
    this.$ = $;
    this.scrubber = scrubber;
    this.earlier = new Earlier(scrubber);
    $("why-earlier").onclick = () => this.askEarlier();
  }

  load(walk) {
    this.walk = walk;
    this.told = new Map();
    if (this.path) this.earlier.restart(this.path, walk.first);
  }

  // A path is remembered by its parts: another part of the history may number it otherwise.
  ask(number) {
    this.path = this.walk.paths[number];
    this.told.clear();
    this.most = MOST_CAUSES;
    this.earlier.restart(this.path, this.walk.first);
    if (this.walk.setBy(number, this.version) === ABSENT) this.earlier.ask();
  }

  askEarlier() {
    if (this.hidden) this.most += MOST_CAUSES;
    else this.earlier.ask();
    this.tell();
  }

  learn(text) {
    if (this.earlier.learn(text && JSON.parse(text))) this.tell();
  }

  move(version) {
    this.version = version;
    if (!this.$("why").hidden) this.tell();
  }

  tell() {
    const { $, walk } = this;
    const number = walk.number(this.path);
    const causes = number === ABSENT ? [] : walk.since[number];
    $("why-field").textContent = number === ABSENT ? label(this.path.at(-1)) : fullName(walk, number);
    $("why-value").textContent = orNothing(walk.state.get(number));
    const here = causes.findLastIndex((cause) => cause <= this.version);
    const to = Math.min(causes.length, Math.max(here + 1 + MOST_CAUSES / 2, MOST_CAUSES));
    this.hidden = Math.max(0, to - this.most);
    const seen = causes.slice(this.hidden, to).reverse().map((cause) => this.known(cause, number));
    const listed = this.hidden ? seen : [...seen, ...this.earlier.causes];
    const current = causes[here] ?? this.earlier.causes[0]?.version;
    place($("causes"), listed.map((cause) => this.dressed(cause, current)));
    this.offer(listed, causes.length - to);
  }

  // What is not listed: events after those that are, and before them.
  offer(listed, later) {
    const { $, earlier } = this;
    const more = Boolean(this.hidden) || earlier.more;
    const never = listed.length || later || more ? "" : "It has been so since the order began.";
    const atLeast = this.walk.last < this.walk.total ? "At least " : "";
    $("why-more").textContent = later ? `${atLeast}${count(later)} later events set it again.` : never;
    $("why-earlier").hidden = !more;
    const edge = this.hidden ? listed.at(-1).version : earlier.edge;
    $("why-earlier").textContent = earlier.waits ? "One moment …" : `What set it before v${count(edge)}?`;
  }

  // A cause among the events we hold, told as Python tells those that we do not.
  known(version, number) {
    const { at, sentence, told } = this.walk.event(version);
    const [, before, after] = this.walk.patch(version).find(([path]) => path === number);
    return { version, at, sentence, actor: told.actor, reason: told.reason, before, after };
  }

  dressed(cause, current) {
    const { version } = cause;
    if (!this.told.has(version)) this.told.set(version, this.row(cause));
    const row = this.told.get(version);
    row.classList.toggle("later", version > this.version);
    if (version === current) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    return row;
  }

  row({ version, at, sentence, actor, reason, before, after }) {
    const button = el(
      "button",
      { type: "button" },
      el("span", { class: "when" }, el("span", { class: "no" }, `v${count(version)}`), at),
      el("span", { class: "diff" }, ...became(before, after)),
      el("span", {}, ...prose(sentence)),
      el("span", { class: "small" }, ...(actor ? ["by ", ...prose(actor)] : []), reason ? ` “${reason}”` : null),
    );
    button.onclick = () => this.scrubber.go(version);
    return el("li", {}, button);
  }
}

// Old → new, as it is written everywhere.
function became(before, after) {
  const arrow = el("span", { class: "arrow", "aria-label": "became" }, "→");
  return [el("del", {}, orNothing(before)), arrow, el("ins", {}, orNothing(after))];
}

// "Oak desk: Quantity": an item goes by its name, everything else by where it belongs.
function fullName(walk, number) {
  const path = walk.paths[number];
  const last = label(path.at(-1));
  if (path.length === 1) return last;
  if (path[0] === "items") return `${itemName(walk, path)}: ${last}`;
  return `${path.slice(0, -1).map(label).join(" ")}: ${last}`;
}

function itemName(walk, path) {
  const number = walk.number([path[0], path[1], "product_name"]);
  const named = number === ABSENT ? ABSENT : walk.state.get(number);
  return named ?? path[1];
}

// What set a field before the part of the history we hold? Python looks it up when somebody asks.

class Earlier {
  constructor(scrubber) {
    this.scrubber = scrubber;
    this.asks = Date.now();
  }

  // Another field, or another part of the history: nothing is known before it.
  restart(path, first) {
    this.path = path;
    this.first = first;
    this.causes = [];
    this.waits = false;
    this.more = first > 1;
  }

  // The oldest version we know of.
  get edge() {
    return this.causes.at(-1)?.version ?? this.first;
  }

  // Whoever asks again what was asked last has been told: that answer will not come again.
  ask() {
    if (this.waits || !this.more) return;
    this.waits = true;
    if (this.learn(this.answer)) return;
    const { order, send } = this.scrubber;
    send("asked", { order, path: this.path, before: this.edge, count: ++this.asks });
  }

  // True where this is the answer to what was asked; one that is about something else may be later.
  learn(answer) {
    this.answer = answer;
    if (!answer || !this.waits) return false;
    const { path, before, causes, more } = answer;
    if (before !== this.edge || path.join("\u0000") !== this.path.join("\u0000")) return false;
    this.causes.push(...causes.map(({ told, ...change }) => ({ ...told, ...change })));
    this.more = more;
    this.waits = false;
    return true;
  }
}

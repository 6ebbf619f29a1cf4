/** A sign of typing is renewed this often while somebody types. */
export const RENEW_AFTER = 4_000;
/** Without a key for this long, somebody has stopped. */
export const STOP_AFTER = 5_000;

/** Turns keys into few signals: one at the start, one now and then, one at the end. */
export class TypingSignal {
  private sentAt: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (active: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  key(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stop(), STOP_AFTER);
    if (this.sentAt !== null && this.now() - this.sentAt < RENEW_AFTER) return;
    this.sentAt = this.now();
    this.send(true);
  }

  stop(): void {
    clearTimeout(this.timer);
    if (this.sentAt === null) return;
    this.sentAt = null;
    this.send(false);
  }
}

/** The mark of Kith: two people's words, and what they share where they meet. */
export function Logo({ size = 32 }: { size?: number }) {
  return <img src="/mark.svg" width={size} height={size} alt="" />;
}

import { useEffect, useLayoutEffect, useState } from "react";
import type { NetworkPeer } from "../../api/model";
import { type Drawn, Scene } from "./scene";

/** The peers where they stand, with those that are just leaving. */
export function useScene(peers: readonly NetworkPeer[], most: number): Drawn[] {
  const [scene] = useState(() => new Scene());
  const [drawn, setDrawn] = useState<Drawn[]>([]);
  const [turn, setTurn] = useState(0);
  useLayoutEffect(() => setDrawn(scene.update(Date.now(), peers, most)), [scene, peers, most, turn]);
  useEffect(() => {
    const next = scene.nextFarewell;
    if (next === null) return;
    const timer = setTimeout(() => setTurn((before) => before + 1), Math.max(0, next - Date.now()) + 20);
    return () => clearTimeout(timer);
  }, [scene, drawn]);
  return drawn;
}

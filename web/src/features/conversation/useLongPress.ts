import { type PointerEvent, type TouchEvent, useRef } from "react";

const HOLD_FOR = 450;
/** A finger that moves farther than this scrolls. */
const SLACK = 10;

/** A finger held on something, without moving. */
export function useLongPress(onPress: (x: number, y: number, element: HTMLElement) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const start = useRef({ x: 0, y: 0 });
  const fired = useRef(false);
  const cancel = () => clearTimeout(timer.current);
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.pointerType !== "touch") return;
      const { clientX: x, clientY: y, currentTarget } = event;
      start.current = { x, y };
      cancel();
      fired.current = false;
      timer.current = setTimeout(() => {
        fired.current = true;
        onPress(x, y, currentTarget);
      }, HOLD_FOR);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (Math.hypot(event.clientX - start.current.x, event.clientY - start.current.y) > SLACK) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
    // The lifted finger must not count as a click beside what the press has opened.
    onTouchEnd: (event: TouchEvent<HTMLElement>) => {
      if (fired.current) event.preventDefault();
    },
  };
}

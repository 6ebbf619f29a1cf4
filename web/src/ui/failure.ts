import { notifications } from "@mantine/notifications";
import { reasonOf } from "../api/client";

/** Shows why something could not be done. */
export function showFailure(error: unknown): void {
  notifications.show({ message: reasonOf(error), color: "brick", autoClose: 6_000, withBorder: true });
}

export function showDone(message: string): void {
  notifications.show({ message, color: "petrol", autoClose: 3_000, withBorder: true });
}

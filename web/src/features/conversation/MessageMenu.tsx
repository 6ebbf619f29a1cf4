import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconCopy, IconInfoCircle, IconMoodPlus, IconPencil, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import { QUICK } from "./emoji";
import classes from "./MessageMenu.module.css";

export interface MenuState {
  readonly message: Message;
  readonly x: number;
  readonly y: number;
  readonly from: HTMLElement;
}

/** Not keys: the one that opens the menu would close it again on its way up. */
const OUTSIDE = ["mousedown", "touchstart"];

interface Props {
  state: MenuState | null;
  onClose: () => void;
  onReply: (message: Message) => void;
  onEdit: (message: Message) => void;
  onReact: (message: Message, emoji: string | null) => void;
  onPick: (message: Message, from: HTMLElement) => void;
  onDelete: (message: Message) => void;
  onDetails: (message: Message) => void;
}

/** One menu for the whole conversation, opened where the person pointed. */
export function MessageMenu({ state, onClose, onReply, onEdit, onReact, onPick, onDelete, onDetails }: Props) {
  const { t } = useTranslation();
  if (!state) return null;
  const { message } = state;
  const mine = message.reactions.find((reaction) => reaction.fromMe)?.emoji;
  const close = () => {
    onClose();
    // The row that the menu came from has the focus again, unless an action has put it elsewhere.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) state.from.focus({ preventScroll: true });
    });
  };
  return (
    <Menu
      key={`${message.id}-${state.x}-${state.y}`}
      opened
      onChange={(opened) => !opened && close()}
      position="bottom-start"
      trapFocus
      returnFocus={false}
      withInitialFocusPlaceholder={false}
      clickOutsideEvents={OUTSIDE}
      width={236}
    >
      <Menu.Target>
        <span role="button" tabIndex={-1} aria-label={t("message.actions")} className={classes.point} style={{ left: state.x, top: state.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t("message.actions")}>
        {!message.deleted && (
          <>
            <div className={classes.quick} role="group" aria-label={t("message.react")}>
              {QUICK.map((emoji) => (
                <Menu.Item key={emoji} className={classes.emoji} data-mine={mine === emoji} onClick={() => onReact(message, mine === emoji ? null : emoji)}>
                  {emoji}
                </Menu.Item>
              ))}
              <Menu.Item className={classes.emoji} aria-label={t("message.otherEmoji")} onClick={() => onPick(message, state.from)}>
                <IconMoodPlus size={19} />
              </Menu.Item>
            </div>
            <Menu.Divider />
            <Menu.Item leftSection={<IconArrowBackUp size={17} />} onClick={() => onReply(message)}>
              {t("message.reply")}
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={17} />} onClick={() => void navigator.clipboard.writeText(message.text)}>
              {t("message.copy")}
            </Menu.Item>
            {message.fromMe && (
              <Menu.Item leftSection={<IconPencil size={17} />} onClick={() => onEdit(message)}>
                {t("message.edit")}
              </Menu.Item>
            )}
          </>
        )}
        <Menu.Item leftSection={<IconInfoCircle size={17} />} onClick={() => onDetails(message)}>
          {t("message.details")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="var(--k-danger)" leftSection={<IconTrash size={17} />} onClick={() => onDelete(message)}>
          {t("message.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

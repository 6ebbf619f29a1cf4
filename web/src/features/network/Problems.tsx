import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { NetworkProblem } from "../../api/model";
import classes from "./Network.module.css";
import { typedParts } from "./words";

/** What is wrong and what to do about it; nothing when nothing is. */
export function Problems({ problems }: { problems: readonly NetworkProblem[] }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      {problems.length > 0 && (
        <ul className={classes.problems} aria-label={t("network.problems")}>
          {problems.map((problem) => (
            <li key={`${problem.what} ${problem.detail}`} className={classes.problem}>
              <IconAlertTriangle size={22} aria-hidden="true" />
              <div>
                <strong>{problem.what}</strong>
                <p>{problem.detail}</p>
                {problem.remedy && (
                  <p className={classes.remedy}>
                    {typedParts(t("network.remedy", { remedy: problem.remedy })).map((part, index) => (part.typed ? <code key={index}>{part.text}</code> : part.text))}
                  </p>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

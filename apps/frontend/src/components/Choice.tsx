import { type ReactNode, useId } from "react";

type Option<T extends string> = { value: T; label: ReactNode; title?: string };
type Props<T extends string> = {
  legend: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  /** Name of the `data-…` attribute that carries each option's value, for tests. */
  mark: string;
};

/** A row of options, one of them chosen. They are radio buttons, so keyboard and screen reader support them. */
export function Choice<T extends string>({ legend, value, options, onChange, mark }: Props<T>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="choice-row">
        {options.map((option) => (
          <label key={option.value} title={option.title} {...{ [`data-${mark}`]: option.value }}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              aria-label={option.title}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

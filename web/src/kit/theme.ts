export type Theme = "auto" | "light" | "dark";

const themes: Theme[] = ["auto", "light", "dark"];

/** What was chosen for this browser. */
export function theme(): Theme {
  return (localStorage.getItem("sillage.theme") as Theme | null) ?? "auto";
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

/** Goes on to the next of the three. */
export function nextTheme(): void {
  localStorage.setItem("sillage.theme", themes[(themes.indexOf(theme()) + 1) % themes.length]!);
  applyTheme();
}

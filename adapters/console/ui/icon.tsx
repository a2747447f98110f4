/**
 * Small line drawings, in the colour of the text beside them.
 *
 * @module
 */

const PATHS = {
  campaign: "M3 10v4h4l6 4V6L7 10H3zm13-1a4 4 0 0 1 0 6m2.5-8.5a8 8 0 0 1 0 11",
  record: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-8 8c1-4 4-5.5 8-5.5s7 1.5 8 5.5",
  order: "M5 4h14v16H5zM8.5 9h7m-7 4h7m-7 4h4",
  import: "M12 4v11m-4-4 4 4 4-4M4 16v4h16v-4",
  audit: "M12 4a8 8 0 1 1-7.4 5M4 4v5h5m3-1v4l3 2",
  connect: "M9 7V3m6 4V3M6 7h12v4a6 6 0 0 1-12 0zm6 10v4",
  security: "M12 3 5 6v5c0 4.5 3 8 7 10 4-2 7-5.5 7-10V6zm-3 9 2.2 2.2L15.5 10",
  operator: "M4 20V9l8-5 8 5v11m-12 0v-6h8v6",
  menu: "M4 7h16M4 12h16M4 17h16",
  phone:
    "M6 3h4l1.5 5L9 9.5a12 12 0 0 0 5.5 5.5L16 12.500l5 1.500v4a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
  search: "M10.5 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 21 21",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-8 8c1-4 4-5.500 8-5.500s7 1.500 8 5.500",
} as const;

/** Name of a drawing. */
export type IconName = keyof typeof PATHS;

/** A drawing; decoration, so that screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

// Before every suite: property tests draw the same cases in every run, so that a change is judged by what it changes.
// PROPERTY_SEED=random (or a number) looks for new ones; a failure prints its seed either way.
import fc from "fast-check";

const wanted = process.env["PROPERTY_SEED"] ?? "20261122";
if (wanted !== "random") fc.configureGlobal({ seed: Number(wanted) });

using Sillage.Specifications.Fuzzing;
using Sillage.Traces.Fuzz;

return FuzzRun.Main("Sillage.Traces.Fuzz", FuzzTargets.All, args);

using Sillage.Collections.Fuzz;
using Sillage.Specifications.Fuzzing;

return FuzzRun.Main("Sillage.Collections.Fuzz", FuzzTargets.All, args);

using Sillage.SocketIO.Fuzz;
using Sillage.Specifications.Fuzzing;

return FuzzRun.Main("Sillage.SocketIO.Fuzz", FuzzTargets.All, args);

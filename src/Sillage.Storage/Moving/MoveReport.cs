namespace Sillage.Storage.Moving;

/// <summary>How far a move has come.</summary>
/// <param name="Step">What is being done: <c>read</c> (of a dry run), <c>copy</c>, <c>compare</c>.</param>
/// <param name="Module">The module at hand.</param>
/// <param name="Done">The rows that are done.</param>
/// <param name="Total">All its rows.</param>
public readonly record struct MoveProgress(string Step, string Module, long Done, long Total);

/// <summary>What was moved, or would be.</summary>
/// <param name="Folder">The data folder's full path.</param>
/// <param name="Target">The host, port and database.</param>
/// <param name="Modules">Each module's part.</param>
public sealed record MoveReport(string Folder, string Target, IReadOnlyList<MovedModule> Modules);

/// <summary>One module's part of a move.</summary>
/// <param name="Name">The module.</param>
/// <param name="Tables">How many tables it has.</param>
/// <param name="Rows">How many rows these have.</param>
/// <param name="Digest">A digest of all of them, in hex: the same on both engines.</param>
public sealed record MovedModule(string Name, int Tables, long Rows, string Digest);

using System.Runtime.InteropServices;

namespace Sillage.Hosting.Verbs;

/// <summary>How far an import has come.</summary>
/// <param name="Done">What was read, in the unit of <paramref name="Total"/>: bytes of a file, rows of a table.</param>
/// <param name="Total">How much there is; 0 where that cannot be known.</param>
/// <param name="Rows">How many rows were read.</param>
/// <param name="Bad">How many of them could not be taken.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ImportProgress(long Done, long Total, long Rows, long Bad);

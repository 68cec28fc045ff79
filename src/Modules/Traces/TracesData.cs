using Sillage.Storage;

namespace Sillage.Traces;

/// <summary>Stands for the module's tables, so that whoever reads them need not know the module's class.</summary>
public sealed class TracesData
{
    private TracesData() { }

    /// <summary>On SQLite the last position stands in a table of its own, on PostgreSQL in a sequence.</summary>
    internal static MovedTable Traces { get; } =
        new("trace", "trace_position") { Last = "SELECT last FROM trace_position" };
}

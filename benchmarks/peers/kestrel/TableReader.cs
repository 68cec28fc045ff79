using System.Buffers;
using System.IO.Pipelines;
using Sillage.Benchmarks.Bare;

namespace Sillage.Peers.Kestrel;

/// <summary>A connection to the table, of one thread at a time.</summary>
internal sealed class TableReader : IDisposable
{
    private readonly Sqlite _database;
    private readonly nint _select;

    public TableReader(string file, long workout)
    {
        _database = new Sqlite(file);
        _select = _database.Prepare("SELECT packed FROM stroke_batch WHERE workout = ?1 ORDER BY first");
        _database.Bind(_select, 1, workout);
    }

    public void Write(PipeWriter writer) => _database.Read(_select, writer.Write);

    public void Dispose() => _database.Dispose();
}

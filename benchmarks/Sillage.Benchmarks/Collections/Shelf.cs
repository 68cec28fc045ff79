using System.Globalization;
using System.Net;
using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Processes;

namespace Sillage.Benchmarks.Collections;

/// <summary>
/// A server with books, of which each author wrote a hundred, and a rule that who created one changes it: started for the run, and filled past its API or by it, before anything is
/// measured.
/// </summary>
internal abstract class Shelf(ShelfGround ground, string name, string note) : IAsyncDisposable
{
    private const int PerAuthor = 100;
    private const int Different = 512;

    public string Name { get; } = name;

    /// <summary>When an acknowledged record is on the disk.</summary>
    public string Note { get; } = note;

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, ServerProcess.FreePort());

    public ProcessTree Processes => new([Server!.Id, .. OtherProcesses]);

    protected ShelfGround Ground { get; } = ground;

    protected Uri Root => new($"http://{Address}");

    protected ServerProcess? Server { get; set; }

    protected virtual IEnumerable<int> OtherProcesses => [];

    /// <summary>How many books it was filled with.</summary>
    protected int Books { get; private set; }

    /// <summary>How many authors.</summary>
    protected int Authors => Math.Max(1, Books / PerAuthor);

    /// <summary>Starts it with as many books.</summary>
    public async Task StartAsync(int books)
    {
        Console.Error.WriteLine($"— starting {Name} with {books} records");
        Books = books;
        await StartAsync();
        await FillAsync();
    }

    /// <summary>What a connection sends for a case; null where the server has no such thing.</summary>
    public IRequests? Requests(string what, int connection) =>
        what switch
        {
            "create" => new Templates(Create()),
            "read" => Some(connection, Books, Read),
            "list" => Some(connection, Authors, author => List(author, expand: false)),
            "expand" => Some(connection, Authors, author => List(author, expand: true)),
            "patch" => Patches(connection),
            "batch" => Batch() is { } batch ? new Templates(batch) : null,
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "There is no such case."),
        };

    public virtual async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    protected abstract Task StartAsync();

    /// <summary>Makes authors and their books, by the one who sends the load.</summary>
    protected abstract Task FillAsync();

    protected abstract RequestTemplate Create();

    /// <summary>A read of a book, by its number.</summary>
    protected abstract byte[] Read(int book);

    /// <summary>Twenty books of an author, the dearest first, perhaps with the author.</summary>
    protected abstract byte[] List(int author, bool expand);

    protected abstract RequestTemplate Patch(int book);

    /// <summary>A hundred new books in one transaction; null where there is none.</summary>
    protected abstract RequestTemplate? Batch();

    protected static string Numbered(string prefix, int number) =>
        prefix + number.ToString("D7", CultureInfo.InvariantCulture);

    protected static string NewBook(string more = "") =>
        $$"""{"title":"A book of many pages","author":"{{Numbered("author-", 0)}}","price":12.5,"isbn":"{{RequestTemplate.Id}}","published":"2026-11-20"{{more}}}""";

    protected static string Hundred(Func<int, string> one, string separator) =>
        string.Join(separator, Enumerable.Range(0, 100).Select(one));

    private static SomeOf Some(int connection, int most, Func<int, byte[]> make)
    {
        var random = new Random(connection);
        return new SomeOf([.. Enumerable.Range(0, Math.Min(Different, most)).Select(_ => make(random.Next(most)))]);
    }

    // Each connection has books of its own.
    private Templates Patches(int connection)
    {
        var share = Books / ShelfGround.Connections;
        var random = new Random(connection);
        return new Templates([
            .. Enumerable.Range(0, 64).Select(_ => Patch((connection * share) + random.Next(share))),
        ]);
    }

    /// <summary>Requests in turn.</summary>
    private sealed class SomeOf(byte[][] requests) : IRequests
    {
        private int _turn;

        public (ReadOnlyMemory<byte> Bytes, int Traces) Next() => (requests[_turn++ % requests.Length], 1);
    }
}

using Sillage.Traces.Import.Files;

namespace Sillage.Traces.Import.Rows;

/// <summary>The rows that could not be taken, as they came, each with its line and the reason: to be mended and imported.</summary>
internal sealed class BadRows : IDisposable
{
    private readonly RowSource _source;
    private readonly string _path;
    private readonly Dictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private FileStream? _file;

    /// <summary>Goes on with the file of an earlier run, or begins one when it is needed.</summary>
    /// <param name="source">Knows how rows are written.</param>
    /// <param name="request">Says where.</param>
    /// <param name="earlier">The run that this one goes on with; null if it begins.</param>
    public BadRows(RowSource source, TraceImportRequest request, ImportState? earlier)
    {
        _source = source;
        Count = earlier?.BadRows ?? 0;
        var goesOn = earlier?.Bad is not null && CanGoOn(earlier);
        _path = goesOn ? earlier!.Bad! : PrivateFile.Free(request.Bad ?? DefaultPath(request, source));
        if (goesOn && !request.DryRun)
        {
            _file = PrivateFile.Open(_path, FileMode.Open);
            // What was written after the last chunk that is known to be done is written again.
            _file.SetLength(earlier!.BadLength);
            _file.Seek(0, SeekOrigin.End);
        }
    }

    /// <summary>How many there are, with those of earlier runs.</summary>
    public long Count { get; private set; }

    public string? Path => _file is null ? null : _path;

    public long Length => _file?.Position ?? 0;

    /// <summary>How many of this run there are for each reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    /// <summary>A value for each reason that is one value's.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Keeps a row.</summary>
    /// <param name="line">Its line.</param>
    /// <param name="reason">Why it cannot be taken.</param>
    /// <param name="value">The value that is wrong with it; null where it is not one value's fault.</param>
    /// <param name="raw">The row as it came.</param>
    /// <param name="write">Whether it goes into the file.</param>
    public void Add(long line, string reason, string? value, ReadOnlySpan<byte> raw, bool write)
    {
        Count++;
        if (value is not null)
        {
            _values.TryAdd(reason, value);
        }

        _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        if (!write)
        {
            return;
        }

        if (_file is null)
        {
            _file = PrivateFile.Open(_path, FileMode.Create);
            _file.Write(_source.BadHeader);
        }

        _file.Write(_source.BadRow(line, value is null ? reason : $"{reason} It says {value}.", raw));
    }

    public void Flush() => _file?.Flush(flushToDisk: true);

    public void Dispose() => _file?.Dispose();

    // A file that somebody is mending is not touched any more.
    private static bool CanGoOn(ImportState earlier) =>
        new FileInfo(earlier.Bad!) is { Exists: true } file
        && (file.Length == earlier.BadLength || (file.Length > earlier.BadLength && !earlier.IsFinished));

    private static string DefaultPath(TraceImportRequest request, RowSource source)
    {
        var name = request.File == ImportFile.StandardInput ? "import" : request.File;
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return $"{name}.bad{(source is JsonRows ? ".ndjson" : System.IO.Path.GetExtension(name) is { Length: > 1 } own ? own : ".csv")}";
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Sillage.Storage;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Participants;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// Which participant a name in the file means. Without more being said, a number or a pseudonym of the study; asked to make
/// participants, any name at all, and a file keeps which name is whom. That file and not the server has the tie: whoever
/// destroys it makes the traces anonymous.
/// </summary>
internal sealed class ParticipantKeys : IAsyncDisposable
{
    private const int LongestLine = 64 * 1024;
    private const string Header = "key,pseudonym,number\r\n";

    private readonly IDatabase<TracesModule> _database;
    private readonly StudyDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly string _path;
    private readonly bool _create;
    private readonly bool _consentOnPaper;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private FileStream? _file;

    // What a run that was killed has left of its last line, in bytes; and whether a whole last line has no line end, as
    // editors leave it.
    private int _torn;
    private bool _isOpen;

    private sealed record Entry(string Pseudonym, long? Number);

    public ParticipantKeys(
        IDatabase<TracesModule> database,
        StudyDirectory directory,
        TimeProvider clock,
        TraceImportRequest request
    )
    {
        (_database, _directory, _clock) = (database, directory, clock);
        (_create, _consentOnPaper) = (request.CreateParticipants, request.ConsentOnPaper);
        var folder =
            request.File == ImportFile.StandardInput
                ? "."
                : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(request.File));
        _path = request.Keys ?? System.IO.Path.Combine(folder ?? ".", request.Study + ".participants.csv");
        if (_create && File.Exists(_path))
        {
            Load();
        }
    }

    /// <summary>How many have been made.</summary>
    public int Made { get; private set; }

    /// <summary>The file; null if it is not used.</summary>
    public string? Path => _create ? _path : null;

    /// <summary>The number of the participant that is meant.</summary>
    /// <param name="key">The name in the file.</param>
    /// <param name="study">The study.</param>
    /// <param name="fault">What is wrong with it; null if there is a number, or one will be made.</param>
    /// <returns>Null if there is none, or none yet.</returns>
    public long? Find(string? key, Study study, out string? fault)
    {
        fault = null;
        if (string.IsNullOrEmpty(key))
        {
            fault = "participant: Whose trace it is has to be said.";
            return null;
        }

        if (!_create)
        {
            var number = Known(key, study);
            fault = number is null
                ? "participant: The study has no participant of this number or pseudonym; --participants create makes them."
                : null;
            return number;
        }

        if (study.NumberByPseudonym.TryGetValue(key, out var own))
        {
            return own;
        }

        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        if (study.NumberByPseudonym.TryGetValue(entry.Pseudonym, out var made))
        {
            return made;
        }

        fault = entry.Number is null ? null : "participant: This participant was erased from the study.";
        return null;
    }

    /// <summary>Makes participants for these names; names that have one already are left alone.</summary>
    public async Task MakeAsync(IReadOnlyCollection<string> keys, Study study, CancellationToken ct)
    {
        // The file first: what is lost in between is found again by its pseudonym.
        var made = keys.Select(key =>
                (Key: key, Pseudonym: _entries.TryGetValue(key, out var known) ? known.Pseudonym : Pseudonym.Create())
            )
            .ToList();
        Append(made.Select(m => CsvText.Row(m.Key, m.Pseudonym, null)));
        var first = await _database.WriteAsync(
            async unit =>
            {
                var number = await Enrolment.ReserveAsync(unit, study.Key, made.Count, ct);
                var now = _clock.GetUtcNow();
                for (var i = 0; i < made.Count; i++)
                {
                    await Enrolment.EnterWithoutAccountAsync(unit, study.Key, number + i, made[i].Pseudonym, now, ct);
                }

                if (_consentOnPaper)
                {
                    long[] numbers = [.. made.Select((_, i) => number + i)];
                    await PaperConsent.RecordAsync(unit, study, numbers, now, ct);
                }

                await StudyStore.BumpAsync(unit, study.Key, ct);
                var details = JsonSerializer.Serialize(new { first = number, count = made.Count });
                await unit.AuditAsync(new AuditEntry("participants.imported", null, study.Slug, details), ct);
                unit.OnCommitted(() => _directory.Forget(study.Slug));
                return number;
            },
            ct
        );
        for (var i = 0; i < made.Count; i++)
        {
            _entries[made[i].Key] = new Entry(made[i].Pseudonym, first + i);
        }

        Append(made.Select((m, i) => CsvText.Row(m.Key, m.Pseudonym, Text(first + i))));
        Made += made.Count;
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static long? Known(string key, Study study) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? study.HasParticipant(number)
                ? number
                : null
            : study.NumberByPseudonym.TryGetValue(key, out number)
                ? number
                : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Append(IEnumerable<string> rows)
    {
        if (_file is null)
        {
            _file = PrivateFile.Open(_path, FileMode.OpenOrCreate);
            _file.SetLength(_file.Length - _torn);
            _file.Seek(0, SeekOrigin.End);
            _file.Write(
                Encoding.UTF8.GetBytes(
                    _file.Length == 0 ? Header
                    : _isOpen ? "\r\n"
                    : ""
                )
            );
        }

        foreach (var row in rows)
        {
            _file.Write(Encoding.UTF8.GetBytes(row));
        }

        _file.Flush(flushToDisk: true);
    }

    private void Load()
    {
        try
        {
            using var rows = new CsvReader(File.OpenRead(_path), LongestLine, (byte)',');
            for (var isHeader = true; rows.Read(); isHeader = false)
            {
                var isWhole = rows is { Fault: null, Count: 3 };
                _isOpen = isWhole && !rows.IsTerminated;
                if (!isWhole && !rows.IsTerminated)
                {
                    // Nobody was made yet: the name gets another pseudonym.
                    _torn = rows.Raw.Length;
                }
                else if (!isWhole || isHeader && rows.Text(2) != "number")
                {
                    // To go on without knowing who is who would make everybody a second time.
                    throw new ImportException(
                        $"Line {rows.Line} of {_path} is not key,pseudonym,number with commas in between: mend it, or name another file with --keys."
                    );
                }
                else if (!isHeader)
                {
                    _entries[rows.Text(0)] = new Entry(
                        rows.Text(1),
                        long.TryParse(rows.Text(2), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                            ? number
                            : null
                    );
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFile.Unreadable(_path, e);
        }
    }
}

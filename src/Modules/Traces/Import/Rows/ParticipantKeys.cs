using System.Globalization;
using System.Text.Json;
using Sillage.Storage;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Participants;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// Which participant a name in the file means. Without more being said, a number or a pseudonym of the study; asked to make
/// participants, any name at all, and a file keeps which name is whom, one line a person. That file and not the server has the
/// tie: whoever destroys it makes the traces anonymous.
/// </summary>
internal sealed class ParticipantKeys : IAsyncDisposable
{
    private readonly IDatabase<TracesData> _database;
    private readonly StudyDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly string _path;
    private readonly bool _create;
    private readonly bool _consentOnPaper;
    private readonly bool _dryRun;
    private readonly bool _isVerb;
    private readonly PersonFile _file;

    public ParticipantKeys(
        IDatabase<TracesData> database,
        StudyDirectory directory,
        TimeProvider clock,
        TraceImportRequest request
    )
    {
        (_database, _directory, _clock) = (database, directory, clock);
        (_create, _consentOnPaper, _dryRun) = (request.CreateParticipants, request.ConsentOnPaper, request.DryRun);
        // A request has no flags that could be told of.
        _isVerb = !request.TellsMissing;
        var folder =
            request.File == ImportFile.StandardInput
                ? "."
                : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(request.File));
        _path = request.Keys ?? System.IO.Path.Combine(folder ?? ".", request.Study + ".participants.csv");
        _file = new PersonFile(_path);
    }

    /// <summary>Reads the file of names, and settles what a run that was killed has left open.</summary>
    /// <exception cref="ImportException">It cannot be read: to go on without knowing who is who would make everybody a second time.</exception>
    public Task LoadAsync(Study study) =>
        _create ? _file.LoadAsync(study.NumberByPseudonym, !_dryRun) : Task.CompletedTask;

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
                ? "participant: The study has no participant of this number or pseudonym"
                    + (_isVerb ? "; --participants create makes them." : ".")
                : null;
            return number;
        }

        if (study.NumberByPseudonym.TryGetValue(key, out var own))
        {
            return own;
        }

        if (_file.Find(key) is not { } entry)
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
        // Written down first: what is lost in between is found again by its pseudonym.
        var made = keys.Select(key => (Key: key, Pseudonym: _file.Find(key)?.Pseudonym ?? Pseudonym.Create())).ToList();
        _file.Announce(made);
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
        await _file.AddAsync(made.Select((m, i) => new Person(m.Key, m.Pseudonym, first + i)));
        Made += made.Count;
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static long? Known(string key, Study study) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? study.HasParticipant(number)
                ? number
                : null
            : study.NumberByPseudonym.TryGetValue(key, out number)
                ? number
                : null;
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sillage.Api.Problems;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Import.Rows;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import;

/// <summary>What an import works with.</summary>
internal sealed record ImportServices(
    IDatabase<TracesData> Database,
    StudyDirectory Directory,
    ImportStore Store,
    TracesOptions Options,
    TimeProvider Clock
);

/// <summary>One run over one file.</summary>
internal sealed class ImportRun : IAsyncDisposable
{
    private const int FirstShown = 5;

    private static readonly FieldError TakenId = new("/id", IntakeStore.ConflictDetail);

    // Stands for participants that a dry run would make; the parser takes it for the sender's own number.
    private const long NobodyYet = long.MaxValue;

    private readonly ImportServices _services;
    private readonly TraceImportRequest _request;
    private readonly ImportFile _file;
    private readonly RowSource _source;
    private readonly Mapping _mapping;
    private readonly RowWriter _writer;
    private readonly ParticipantKeys _keys;
    private readonly BadRows _bad;
    private readonly IProgress<ImportProgress>? _progress;
    private readonly ImportState? _earlier;
    private readonly string _optionsDigest;
    private readonly Study _study;
    private readonly Guid _run;
    private readonly TraceImportSummary _summary = new();
    private readonly List<string> _first = [];
    private readonly HashSet<string> _wouldMake = new(StringComparer.Ordinal);
    private readonly Chunk _chunk;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chain;
    private long _count;

    public ImportRun(
        ImportServices services,
        TraceImportRequest request,
        ImportFile file,
        RowSource source,
        Mapping mapping,
        Study study,
        ImportState? earlier,
        IProgress<ImportProgress>? progress
    )
    {
        (_services, _request, _file, _source, _mapping, _progress) = (
            services,
            request,
            file,
            source,
            mapping,
            progress
        );
        _writer = new RowWriter(request, study, mapping);
        _chunk = new Chunk(source, _writer);
        _keys = new ParticipantKeys(services.Database, services.Directory, services.Clock, request);
        _optionsDigest = ImportState.OptionsOf(request);
        _study = study;
        _earlier = earlier;
        _run = earlier?.Run ?? Guid.CreateVersion7(services.Clock.GetUtcNow());
        _bad = new BadRows(source, request, _earlier);
        _chain = ImportState.Seed(request);
    }

    public async Task<TraceImportSummary> ReadAsync(CancellationToken ct)
    {
        _summary.Mapping = [.. _mapping.Describe()];
        await _keys.LoadAsync(await _services.Store.GetStudyAsync(_request.Study, ct));
        if (_earlier is null)
        {
            // Before anything is stored: where it cannot be written, it should not begin.
            await SaveAsync(isFinished: false);
        }

        while (ReadRow())
        {
            if (_chunk.IsFull)
            {
                ct.ThrowIfCancellationRequested();
                await FlushAsync(ct);
            }
        }

        await FlushAsync(ct);
        if (_earlier is not null && _count < _earlier.Rows)
        {
            throw Changed();
        }

        if (_source.Unseen.Count > 0 && _earlier is null && _count > 0)
        {
            throw new ImportException(
                $"{OpenRows.Absent(_request, _source.Unseen.First())} The rest of it was {(_request.DryRun ? "looked at" : "stored")}."
            );
        }

        return await FinishAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _digest.Dispose();
        _bad.Dispose();
        await _keys.DisposeAsync();
    }

    /// <summary>Reads a row; one that an earlier run is done with is only read over.</summary>
    private bool ReadRow()
    {
        var records = _source.Records;
        if (!records.Read())
        {
            return false;
        }

        var raw = records.Raw;
        if (!records.IsTerminated && (_file.HasGrown() || _file.MayBeCut()))
        {
            // Somebody is writing at it, or did not send all of it: half a row must not pass for one.
            _summary.LeftLast = true;
            return false;
        }

        _digest.AppendData(_chain);
        _digest.AppendData(raw);
        _digest.GetHashAndReset(_chain);
        _count++;
        if (_count <= (_earlier?.Rows ?? 0))
        {
            return _count < _earlier!.Rows || Convert.ToHexStringLower(_chain) == _earlier.Digest
                ? true
                : throw Changed();
        }

        if (!Utf8.IsValid(raw))
        {
            throw new ImportException(
                $"Line {records.Line} of {_request.File} is not UTF-8. If the file is in another encoding, name it, such as "
                    + $"--encoding latin1; else mend the line. {TraceImport.GoOn}"
            );
        }

        _chunk.Keep(RowWriter.IdOf(_count, _chain));
        return true;
    }

    /// <summary>Stores the rows that were kept, and writes down that it is done with them.</summary>
    private async Task FlushAsync(CancellationToken ct)
    {
        if (_chunk.Rows.Count == 0)
        {
            return;
        }

        if (_request.DryRun)
        {
            var study = await _services.Store.GetStudyAsync(_request.Study, ct);
            Judge(Parse(study, judgeStrangers: true, out var places), places);
        }
        else
        {
            await MakeParticipantsAsync(ct);
            await StoreAsync(ct);
        }

        foreach (var row in _chunk.Rows.Where(r => r.Fault is not null))
        {
            _bad.Add(row.Line, row.Fault!, row.FaultValue, _chunk.RawOf(row), !_request.DryRun);
        }

        _summary.Rows += _chunk.Rows.Count;
        _chunk.Clear();
        await SaveAsync(isFinished: false);
        _progress?.Report(new ImportProgress(_file.Position, _file.Length, _count, _bad.Count));
    }

    private async Task MakeParticipantsAsync(CancellationToken ct)
    {
        if (!_request.CreateParticipants)
        {
            return;
        }

        var study = await _services.Store.GetStudyAsync(_request.Study, ct);
        if (_chunk.Good.Any(row => IsStranger(row, study)))
        {
            // A row that is refused leaves nobody behind: they are judged before anybody is made for them.
            var parsed = Parse(study, judgeStrangers: true, out var places);
            Refuse(parsed, places);
            await RefuseTakenIdsAsync(study, parsed, places, ct);
        }

        var unknown = _chunk.Good.Where(row => IsStranger(row, study)).Select(row => row.Participant!).ToHashSet();
        if (unknown.Count > 0)
        {
            await _keys.MakeAsync(unknown, study, ct);
        }
    }

    private bool IsStranger(ChunkRow row, Study study) =>
        _keys.Find(row.Participant, study, out var fault) is null && fault is null;

    private void Refuse(ParsedBatch parsed, List<ChunkRow> places)
    {
        foreach (var rejection in parsed.Rejections.Where(r => !WillHaveConsent(r)))
        {
            Refuse(places[rejection.Told.Index], rejection.Told.Errors);
        }
    }

    // An id that another trace has: a stranger's trace is never the one that is stored already.
    private async Task RefuseTakenIdsAsync(Study study, ParsedBatch parsed, List<ChunkRow> places, CancellationToken ct)
    {
        var firsts = new Dictionary<Guid, string>();
        var strangers = new List<(Guid Id, ChunkRow Row)>();
        foreach (var trace in parsed.Traces)
        {
            var row = places[trace.Index];
            var isAgain = !firsts.TryAdd(trace.Id, row.Participant!) && firsts[trace.Id] != row.Participant;
            if (isAgain && IsStranger(row, study))
            {
                Refuse(row, TakenId);
            }
            else if (IsStranger(row, study))
            {
                strangers.Add((trace.Id, row));
            }
        }

        var taken = await _services.Store.FindIdsAsync(study, [.. strangers.Select(s => s.Id)], ct);
        foreach (var (_, row) in strangers.Where(s => taken.Contains(s.Id)))
        {
            Refuse(row, TakenId);
        }
    }

    private async Task StoreAsync(CancellationToken ct)
    {
        List<ChunkRow> places = [];
        var reply = await _services.Store.StoreAsync(
            _request.Study,
            (study, _) => Parse(study, judgeStrangers: false, out places),
            ct
        );
        _summary.Added += reply.Accepted;
        _summary.Known += reply.Duplicates;
        foreach (var rejected in reply.Rejected)
        {
            Refuse(places[rejected.Index], rejected.Errors);
        }
    }

    /// <summary>What the parser makes of the rows that have no fault so far.</summary>
    /// <param name="study">The study as it is now.</param>
    /// <param name="judgeStrangers">Whether rows of people who have not been made yet count as somebody's.</param>
    /// <param name="places">Which row each trace of the batch is.</param>
    private ParsedBatch Parse(Study study, bool judgeStrangers, out List<ChunkRow> places)
    {
        _chunk.BeginBody();
        places = [];
        foreach (var row in _chunk.Good.ToList())
        {
            var number = _keys.Find(row.Participant, study, out var fault);
            if (number is null && fault is null)
            {
                number = NobodyYet;
                row.IsStranger = true;
            }

            if (fault is not null)
            {
                row.Fault = fault;
                row.FaultValue = row.Participant is null
                    ? null
                    : JsonFault.Show(Encoding.UTF8.GetBytes(row.Participant));
            }
            else
            {
                places.Add(row);
                _chunk.AddToBody(row, number!.Value);
            }
        }

        if (places.Count == 0)
        {
            return new ParsedBatch(ReadOnlyMemory<byte>.Empty);
        }

        var options = new TracesOptions
        {
            MaxTraceBytes = _services.Options.MaxTraceBytes,
            MaxBatchTraces = int.MaxValue,
            // What is not taken goes back into a file, however much it is.
            MaxRejectedTraces = int.MaxValue,
        };
        var sender = new Sender(MayName: true, judgeStrangers ? NobodyYet : null);
        return TraceParser.TryParse(
            _chunk.Body,
            BatchForm.NdJson,
            study,
            sender,
            options,
            _services.Clock.GetUtcNow(),
            out var parsed,
            out var problem
        )
            ? parsed
            : throw new ImportException(problem!.Detail ?? problem.Title);
    }

    private void Judge(ParsedBatch parsed, List<ChunkRow> places)
    {
        Refuse(parsed, places);
        _summary.Added += parsed.Traces.Count + parsed.Rejections.Count(WillHaveConsent);
        _wouldMake.UnionWith(places.Where(r => r.Fault is null && r.IsStranger).Select(r => r.Participant!));
        foreach (var trace in parsed.Traces.Take(FirstShown - _first.Count))
        {
            _first.Add(
                Encoding
                    .UTF8.GetString(parsed.Source.Of(trace.Whole))
                    .Replace($"\"participant\":{NobodyYet}", "\"participant\":\"(new)\"", StringComparison.Ordinal)
            );
        }
    }

    // In a dry run nobody is made, and nobody's consent recorded.
    private bool WillHaveConsent(Rejection rejection) =>
        _request.ConsentOnPaper
        && rejection.Participant == NobodyYet
        && rejection.Told.Errors.All(e => e.Pointer == "/participant");

    private void Refuse(ChunkRow row, params IReadOnlyList<FieldError> errors)
    {
        row.Fault = Say(errors);
        row.FaultValue = errors[0].Pointer.Length == 0 ? null : ValueAt(row, errors[0].Pointer);
    }

    /// <summary>The value of the row's trace that an error points to; null if there is none.</summary>
    private string? ValueAt(ChunkRow row, string pointer)
    {
        using var document = JsonDocument.Parse((byte[])[.. _chunk.JsonOf(row).Span, (byte)'}']);
        var at = document.RootElement;
        foreach (var step in pointer[1..].Split('/'))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return null;
            }
        }

        return JsonFault.Show(
            Encoding.UTF8.GetBytes(at.ValueKind == JsonValueKind.String ? at.GetString()! : at.GetRawText())
        );
    }

    private string Say(IReadOnlyList<FieldError> errors)
    {
        var pointer = errors[0].Pointer.TrimStart('/');
        var target = pointer.StartsWith("data/", StringComparison.Ordinal)
            ? "data."
                + pointer["data/".Length..]
                    .Split('/')[0]
                    .Replace("~1", "/", StringComparison.Ordinal)
                    .Replace("~0", "~", StringComparison.Ordinal)
            : pointer.Split('/')[0];
        return target.Length == 0 ? errors[0].Detail : $"{_mapping.LabelOf(target)}: {errors[0].Detail}";
    }

    private async Task SaveAsync(bool isFinished)
    {
        if (!_request.DryRun)
        {
            _bad.Flush();
            if (ImportState.PathOf(_request) is not null)
            {
                // First the database: a file that lags behind it is read on where the file is.
                await _services.Store.SaveRunAsync(_study, _run, _count);
            }

            await new ImportState(
                _run,
                _count,
                Convert.ToHexStringLower(_chain),
                _optionsDigest,
                _bad.Path,
                _bad.Length,
                _bad.Count,
                isFinished
            ).SaveAsync(_request);
        }
    }

    private async Task<TraceImportSummary> FinishAsync()
    {
        await SaveAsync(isFinished: true);
        // NDJSON may bring members that the first lines did not have.
        _summary.Mapping = [.. _mapping.Describe()];
        _summary.Columns = [.. _mapping.Targets];
        _summary.Unread = _mapping.Unread;
        _summary.Grew = _file.HasGrown();
        _summary.MayBeCut = _file.MayBeCut();
        _summary.RowsBefore = _earlier?.Rows ?? 0;
        _summary.First = _first;
        _summary.Reasons = _bad.Reasons;
        _summary.Values = _bad.Values;
        _summary.Bad = _bad.Path;
        _summary.Keys = _keys.Path;
        _summary.ParticipantsMade = _request.DryRun ? _wouldMake.Count : _keys.Made;
        if (!_request.DryRun && _summary.Rows > 0)
        {
            await AuditAsync();
        }

        return _summary;
    }

    private Task<bool> AuditAsync() =>
        _services.Database.WriteAsync(
            async unit =>
            {
                var details = JsonSerializer.Serialize(
                    new
                    {
                        traces = _summary.Added,
                        known = _summary.Known,
                        bad = _summary.Reasons.Values.Sum(),
                    }
                );
                await unit.AuditAsync(new AuditEntry("traces.imported", _request.Actor, _request.Study, details));
                return true;
            },
            CancellationToken.None
        );

    private ImportException Changed() =>
        new(
            $"{_request.File} is not what it was when its first {_earlier!.Rows} rows were imported. If it is another file, give it "
                + "another name; if rows were changed or put in, import those from a file of their own. --start-over reads all of it, "
                + "and stores rows again that stand behind a changed one and have no id."
        );
}

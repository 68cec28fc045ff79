using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Problems;
using Sillage.Storage;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Import.Rows;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import;

/// <summary>
/// Reads traces from a file of any origin. Rows become what a client would have sent and go through the same parser and the
/// same store. A row without an id gets one from its text and all rows before it, so that no run stores a row a second time.
/// </summary>
public sealed class TraceImport
{
    private const string GoOn = "What was stored until then stays; run the same command again, and it goes on there.";

    private readonly IDatabase<TracesModule> _database;
    private readonly StudyDirectory _directory;
    private readonly ImportStore _store;
    private readonly TracesOptions _options;
    private readonly TimeProvider _clock;

    internal TraceImport(
        IDatabase<TracesModule> database,
        StudyDirectory directory,
        ImportStore store,
        IOptions<TracesOptions> options,
        TimeProvider clock
    ) => (_database, _directory, _store, _options, _clock) = (database, directory, store, options.Value, clock);

    /// <summary>Reads what is not here yet.</summary>
    /// <exception cref="ImportException">It cannot be done, or not to the end; the message says what to do.</exception>
    public Task<TraceImportSummary> RunAsync(
        TraceImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return ImportStore.ExplainAsync(() => ReadAsync(request, progress, ct), GoOn);
    }

    private async Task<TraceImportSummary> ReadAsync(
        TraceImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken ct
    )
    {
        var study = await _store.GetStudyAsync(request.Study, ct);
        var mapping = new Mapping(request, study);
        using var file = ImportFile.Open(request.File, request.Input, request.Encoding);
        try
        {
            using var source = OpenRows.Open(request, file, mapping);
            Check(mapping);
            var run = new Run(this, request, file, source, mapping, study, progress);
            await using (run)
            {
                return await run.ReadAsync(ct);
            }
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"{ImportFile.Unreadable(request.File, e).Message} {GoOn}", e);
        }
    }

    private static void Check(Mapping mapping)
    {
        foreach (var kind in new[] { TargetKind.Timestamp, TargetKind.Name, TargetKind.Participant })
        {
            if (!mapping.Has(kind))
            {
                var target = new Target(kind).Name;
                throw new ImportException(
                    $"No column is {AOr(kind)} {target}: say which one with --map {target}=COLUMN, or what it is for all rows with "
                        + $"--constant {target}=VALUE. {Seen(mapping)}"
                );
            }
        }
    }

    private static string AOr(TargetKind kind) => kind == TargetKind.Participant ? "the" : "its";

    private static string Seen(Mapping mapping) =>
        $"So far: {string.Join("; ", mapping.Describe())}"
        + (mapping.Unread.Count == 0 ? "." : $"; not read: {string.Join(", ", mapping.Unread)}.");

    /// <summary>One run over one file.</summary>
    private sealed class Run : IAsyncDisposable
    {
        // Enough to make the price of a commit small, and little memory.
        private const int ChunkRows = 4096;
        private const int ChunkBytes = 4 * 1024 * 1024;
        private const int FirstShown = 5;

        // Stands for participants that a dry run would make; the parser takes it for the sender's own number.
        private const long NobodyYet = long.MaxValue;

        private readonly TraceImport _import;
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
        private readonly TraceImportSummary _summary = new();
        private readonly List<string> _first = [];
        private readonly HashSet<string> _wouldMake = new(StringComparer.Ordinal);
        private readonly List<Row> _rows = new(ChunkRows);
        private readonly ArrayBufferWriter<byte> _raw = new();
        private readonly ArrayBufferWriter<byte> _json = new();
        private readonly ArrayBufferWriter<byte> _body = new();
        private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _chain;
        private long _count;

        private sealed class Row
        {
            public required long Line { get; init; }
            public required (int Start, int Length) Raw { get; init; }
            public required (int Start, int Length) Json { get; init; }
            public required string? Participant { get; init; }
            public string? Fault { get; set; }
        }

        public Run(
            TraceImport import,
            TraceImportRequest request,
            ImportFile file,
            RowSource source,
            Mapping mapping,
            Study study,
            IProgress<ImportProgress>? progress
        )
        {
            (_import, _request, _file, _source, _mapping, _progress) = (
                import,
                request,
                file,
                source,
                mapping,
                progress
            );
            _writer = new RowWriter(request, study, mapping);
            _keys = new ParticipantKeys(import._database, import._directory, import._clock, request);
            _optionsDigest = ImportState.OptionsOf(request);
            // Read in another way, the rows are other traces: then all are looked at again.
            _earlier =
                !request.DryRun && ImportState.Load(request) is { } state && state.Options == _optionsDigest
                    ? state
                    : null;
            _bad = new BadRows(source, request, _earlier);
            _chain = ImportState.Seed(request);
        }

        public async Task<TraceImportSummary> ReadAsync(CancellationToken ct)
        {
            _summary.Mapping = [.. _mapping.Describe()];
            while (ReadRow())
            {
                if (_rows.Count >= ChunkRows || _raw.WrittenCount >= ChunkBytes)
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
                        + $"--encoding latin1; else mend the line. {GoOn}"
                );
            }

            Keep(records.Line, raw);
            return true;
        }

        private void Keep(long line, ReadOnlySpan<byte> raw)
        {
            var (rawStart, jsonStart) = (_raw.WrittenCount, _json.WrittenCount);
            _raw.Write(raw);
            _writer.Begin();
            _source.Write(_writer);
            if (_writer.Fault is null)
            {
                _writer.End(RowWriter.Of(_chain), _json);
            }

            _rows.Add(
                new Row
                {
                    Line = line,
                    Raw = (rawStart, raw.Length),
                    Json = (jsonStart, _json.WrittenCount - jsonStart),
                    Participant = _writer.Participant,
                    Fault = _writer.Fault,
                }
            );
        }

        /// <summary>Stores the rows that were kept, and writes down that it is done with them.</summary>
        private async Task FlushAsync(CancellationToken ct)
        {
            if (_rows.Count == 0)
            {
                return;
            }

            if (_request.DryRun)
            {
                Judge(Parse(await _import._store.GetStudyAsync(_request.Study, ct), out var places), places);
            }
            else
            {
                await MakeParticipantsAsync(ct);
                await StoreAsync(ct);
            }

            foreach (var row in _rows.Where(r => r.Fault is not null))
            {
                _bad.Add(row.Line, row.Fault!, _raw.WrittenSpan.Slice(row.Raw.Start, row.Raw.Length), !_request.DryRun);
            }

            _summary.Rows += _rows.Count;
            _rows.Clear();
            _raw.ResetWrittenCount();
            _json.ResetWrittenCount();
            await SaveAsync(isFinished: false);
            _progress?.Report(new ImportProgress(_file.Position, _file.Length, _count, _bad.Count));
        }

        private async Task MakeParticipantsAsync(CancellationToken ct)
        {
            if (!_request.CreateParticipants)
            {
                return;
            }

            var study = await _import._store.GetStudyAsync(_request.Study, ct);
            var unknown = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in _rows.Where(r => r.Fault is null))
            {
                if (_keys.Find(row.Participant, study, out var fault) is null && fault is null)
                {
                    unknown.Add(row.Participant!);
                }
            }

            if (unknown.Count > 0)
            {
                await _keys.MakeAsync(unknown, study, ct);
            }
        }

        private async Task StoreAsync(CancellationToken ct)
        {
            List<Row> places = [];
            ParsedBatch? parsed = null;
            var reply = await _import._store.StoreAsync(_request.Study, study => parsed = Parse(study, out places), ct);
            _summary.Added += reply.Accepted;
            _summary.Known += reply.Duplicates;
            foreach (var rejected in reply.Rejected)
            {
                places[rejected.Index].Fault = Say(rejected.Errors);
            }
        }

        /// <summary>What the parser makes of the rows that have no fault so far.</summary>
        /// <param name="study">The study as it is now.</param>
        /// <param name="places">Which row each trace of the batch is.</param>
        private ParsedBatch Parse(Study study, out List<Row> places)
        {
            _body.ResetWrittenCount();
            places = [];
            foreach (var row in _rows.Where(r => r.Fault is null))
            {
                var number = _keys.Find(row.Participant, study, out var fault);
                if (number is null && fault is null)
                {
                    number = NobodyYet;
                    _wouldMake.Add(row.Participant!);
                }

                row.Fault = fault;
                if (fault is null)
                {
                    places.Add(row);
                    _body.Write(_json.WrittenSpan.Slice(row.Json.Start, row.Json.Length));
                    _body.Write(
                        Encoding.UTF8.GetBytes(
                            string.Create(CultureInfo.InvariantCulture, $",\"participant\":{number}}}\n")
                        )
                    );
                }
            }

            if (places.Count == 0)
            {
                return new ParsedBatch(ReadOnlyMemory<byte>.Empty);
            }

            var options = new TracesOptions
            {
                MaxTraceBytes = _import._options.MaxTraceBytes,
                MaxBatchTraces = int.MaxValue,
            };
            var sender = new Sender(MayName: true, _request.DryRun ? NobodyYet : null);
            return TraceParser.TryParse(
                _body.WrittenMemory,
                BatchForm.NdJson,
                study,
                sender,
                options,
                _import._clock.GetUtcNow(),
                out var parsed,
                out var problem
            )
                ? parsed
                : throw new ImportException(problem!.Detail ?? problem.Title);
        }

        private void Judge(ParsedBatch parsed, List<Row> places)
        {
            foreach (var rejection in parsed.Rejections)
            {
                places[rejection.Told.Index].Fault = Say(rejection.Told.Errors);
            }

            _summary.Added += parsed.Traces.Count;
            foreach (var trace in parsed.Traces.Take(FirstShown - _first.Count))
            {
                _first.Add(
                    Encoding
                        .UTF8.GetString(parsed.Source.Of(trace.Whole))
                        .Replace($"\"participant\":{NobodyYet}", "\"participant\":\"(new)\"", StringComparison.Ordinal)
                );
            }
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
                await new ImportState(
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
            _summary.Unread = _mapping.Unread;
            _summary.Grew = _file.HasGrown();
            _summary.MayBeCut = _file.MayBeCut();
            _summary.RowsBefore = _earlier?.Rows ?? 0;
            _summary.First = _first;
            _summary.Reasons = _bad.Reasons;
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
            _import._database.WriteAsync(
                async unit =>
                {
                    var details = JsonSerializer.Serialize(
                        new
                        {
                            logs = _summary.Added,
                            known = _summary.Known,
                            bad = _summary.Reasons.Values.Sum(),
                        }
                    );
                    await unit.AuditAsync(new AuditEntry("traces.imported", null, _request.Study, details));
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
}

using Sillage.Traces.Studies;

namespace Sillage.Traces.Import.Rows;

/// <summary>
/// Which column goes where: what was said, and for the others what their names suggest. A column that nothing is known of becomes a
/// field of its own name where the study keeps what it does not know.
/// </summary>
internal sealed class Mapping
{
    private static readonly (TargetKind Kind, string[] Names)[] Suggestions =
    [
        (TargetKind.Id, ["id", "traceid", "eventid", "uuid"]),
        (
            TargetKind.Participant,
            [
                "participant",
                "participantid",
                "pseudonym",
                "player",
                "playerid",
                "user",
                "userid",
                "subject",
                "subjectid",
            ]
        ),
        (TargetKind.Timestamp, ["timestamp", "time", "datetime", "eventtime", "date", "ts"]),
        (TargetKind.Session, ["session", "sessionid"]),
        (TargetKind.Sequence, ["sequence", "seq", "sequencenumber"]),
        (TargetKind.Name, ["name", "event", "eventname", "action", "verb"]),
    ];

    // What the file of bad rows writes beside the trace.
    private static readonly HashSet<string> OfBadRows = new(StringComparer.Ordinal) { "_line", "_reason" };

    // What tells that a file is our own export, and what that writes beside the trace.
    private static readonly string[] MarksOfExport = ["received_at", "receivedAt"];

    private static readonly HashSet<string> OfExport = new(StringComparer.Ordinal)
    {
        "number",
        "username",
        "corrected_timestamp",
        "correctedTimestamp",
        "local_time",
    };

    private const int MaximumColumns = 10_000;

    private readonly Study _study;
    private readonly Dictionary<string, Target> _said = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dropped;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<string> _unread = [];
    private bool _isExport;

    public Mapping(TraceImportRequest request, Study study)
    {
        _study = study;
        _dropped = [.. request.Drop.SelectMany(d => d.Split(',', StringSplitOptions.TrimEntries))];
        foreach (var (name, column) in request.Map.SelectMany(m => Pairs(m, "--map")))
        {
            var target = Claim(name);
            if (!_said.TryAdd(column, target))
            {
                throw new ImportException($"--map: the column '{column}' goes to {_said[column].Name} already.");
            }
        }

        Constants = [.. request.Constants.Select(c => Pair(c, "--constant")).Select(p => (Claim(p.Target), p.Value))];
    }

    /// <summary>What is the same for every row.</summary>
    public IReadOnlyList<(Target Target, string Value)> Constants { get; }

    /// <summary>The columns that were named in the mapping.</summary>
    public IReadOnlyDictionary<string, Target> Said => _said;

    /// <summary>Columns that have been seen and go nowhere.</summary>
    public IReadOnlyList<string> Unread => _unread;

    /// <summary>Whether something goes to this target.</summary>
    public bool Has(TargetKind kind) => _taken.Contains(new Target(kind).Name);

    /// <summary>What goes where, for whoever looks.</summary>
    public IEnumerable<string> Describe() =>
        _said
            .Concat(_targets)
            .Where(pair => pair.Value.Kind != TargetKind.None)
            .OrderBy(pair => pair.Value.Kind)
            .Select(pair => $"{pair.Value.Name} ← {pair.Key}{TypeOf(pair.Value)}")
            .Concat(Constants.Select(c => $"{c.Target.Name} = {c.Value}{TypeOf(c.Target)}"));

    /// <summary>A target as whoever made the file knows it.</summary>
    public string LabelOf(string target)
    {
        var column = _said.Concat(_targets).FirstOrDefault(pair => pair.Value.Name == target).Key;
        return column is null || column == target ? target : $"{column} → {target}";
    }

    /// <summary>Settles all columns together, so that of two that suggest the same the better name gets it.</summary>
    public void Settle(IReadOnlyCollection<string> columns)
    {
        _isExport = MarksOfExport.Any(columns.Contains);
        foreach (var exact in new[] { true, false })
        {
            foreach (var (kind, names) in Suggestions)
            {
                var suggested = new Target(kind);
                foreach (var name in names)
                {
                    var column = columns.FirstOrDefault(c =>
                        IsFree(c) && (exact ? c == suggested.Name : Plain(c) == name)
                    );
                    if (column is not null && !(!exact && IsField(column)) && _taken.Add(suggested.Name))
                    {
                        _targets[column] = suggested;
                    }
                }
            }
        }

        foreach (var column in columns)
        {
            _ = TargetOf(column);
        }
    }

    /// <summary>Where a column goes.</summary>
    public Target TargetOf(string column)
    {
        if (_said.TryGetValue(column, out var target) || _targets.TryGetValue(column, out target))
        {
            return target;
        }

        target = Suggest(column);
        if (_targets.Count >= MaximumColumns)
        {
            // NDJSON whose members are called by random names would fill the memory.
            return target;
        }

        if (target.Kind == TargetKind.None && !OfBadRows.Contains(column))
        {
            _unread.Add(column);
        }

        return _targets[column] = target;
    }

    private Target Suggest(string column)
    {
        if (_dropped.Contains(column) || _dropped.Contains("*") || IsOurOwn(column) && !IsField(column))
        {
            return Target.Nowhere;
        }

        if (column is "data" or "extra" && !IsField(column) && _taken.Add("data"))
        {
            return new Target(TargetKind.Data);
        }

        var name = column.StartsWith("data.", StringComparison.Ordinal) ? column[5..] : column;
        name =
            _study.Fields.FirstOrDefault(f => f.Name == name)?.Name
            ?? _study.Fields.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
            ?? name;
        var field = name.Length == 0 ? null : Target.OfField(name, _study);
        return field is not null && (_taken.Count > MaximumColumns || _taken.Add(field.Name)) ? field : Target.Nowhere;
    }

    private bool IsFree(string column) =>
        !_said.ContainsKey(column)
        && !_targets.ContainsKey(column)
        && !_dropped.Contains(column)
        && !_dropped.Contains("*");

    private bool IsOurOwn(string column) =>
        OfBadRows.Contains(column) || MarksOfExport.Contains(column) || (_isExport && OfExport.Contains(column));

    private bool IsField(string column) => _study.Fields.Any(f => f.Name == column);

    private Target Claim(string name)
    {
        var target = Target.Parse(name, _study);
        return _taken.Add(target.Name)
            ? target
            : throw new ImportException($"Two columns or constants go to {target.Name}; one has to be left out.");
    }

    private static IEnumerable<(string Target, string Value)> Pairs(string text, string flag)
    {
        if (!text.StartsWith('@'))
        {
            return text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(t => Pair(t, flag));
        }

        try
        {
            return File.ReadAllLines(text[1..])
                .Select(line => line.Trim())
                .Where(line => line.Length > 0 && line[0] != '#')
                .Select(line => Pair(line, $"{flag} {text}"))
                .ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Files.ImportFile.Unreadable(text[1..], e);
        }
    }

    private static (string Target, string Value) Pair(string text, string flag)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && equals + 1 < text.Length
            ? (text[..equals].Trim(), text[(equals + 1)..].Trim())
            : throw new ImportException(
                $"{flag} takes TARGET=COLUMN, such as timestamp=time, not '{text}'; a target is {Target.Expected}."
            );
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static string TypeOf(Target target) =>
        target.Kind != TargetKind.Field ? ""
        : target.Type is { } type ? $" ({type.ToString().ToLowerInvariant()})"
        : " (not declared: kept as it is)";
}

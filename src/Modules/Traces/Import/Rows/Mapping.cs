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
    private readonly List<(string Column, Target Target)> _said = [];
    private readonly HashSet<string> _saidColumns;
    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dropped;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<string> _unread = [];
    private bool _isExport;

    public Mapping(TraceImportRequest request, Study study)
    {
        _study = study;
        _dropped = [.. request.Drop.SelectMany(NameList.Split).Select(NameList.Plain)];
        foreach (var (name, column) in Pairs(request))
        {
            _said.Add((column, Claim(name)));
        }

        _saidColumns = [.. _said.Select(s => s.Column)];
        Constants = [.. request.Constants.Select(c => Pair(c, "--constant")).Select(p => (Claim(p.Target), p.Value))];
    }

    /// <summary>What is the same for every row.</summary>
    public IReadOnlyList<(Target Target, string Value)> Constants { get; }

    /// <summary>The columns that were named in the mapping, each as often as something comes from it.</summary>
    public IReadOnlyList<(string Column, Target Target)> Said => _said;

    /// <summary>Every column that a flag names, and which flag: each has to be there.</summary>
    public IEnumerable<(string Flag, string Column)> Named =>
        [
            .. _saidColumns.Select(c => ("--map", c)),
            .. _dropped.Where(d => d != "*" && d.Length > 0).Select(d => ("--drop", d)),
        ];

    /// <summary>Columns that have been seen and go nowhere.</summary>
    public IReadOnlyList<string> Unread => _unread;

    /// <summary>Whether something goes to this target.</summary>
    public bool Has(TargetKind kind) => _taken.Contains(new Target(kind).Name);

    /// <summary>What goes where, for whoever looks.</summary>
    public IEnumerable<string> Describe() =>
        All.Where(pair => pair.Target.Kind != TargetKind.None)
            .OrderBy(pair => pair.Target.Kind)
            .Select(pair => $"{pair.Target.Name} ← {pair.Column}{TypeOf(pair.Target)}")
            .Concat(Constants.Select(c => $"{c.Target.Name} = {c.Value}{TypeOf(c.Target)}"));

    /// <summary>Which column goes where, by the names of both.</summary>
    public IEnumerable<KeyValuePair<string, string>> Targets =>
        All.Where(pair => pair.Target.Kind != TargetKind.None)
            .Select(pair => KeyValuePair.Create(pair.Column, pair.Target.Name));

    /// <summary>A target as whoever made the file knows it.</summary>
    public string LabelOf(string target)
    {
        var column = All.FirstOrDefault(pair => pair.Target.Name == target).Column;
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

    /// <summary>Where a column goes, which may be several places where that was said.</summary>
    public Target[] TargetsOf(string column) =>
        _saidColumns.Contains(column)
            ? [.. _said.Where(s => s.Column == column).Select(s => s.Target)]
            : [TargetOf(column)];

    /// <summary>Where a column goes, the first place of several.</summary>
    public Target TargetOf(string column)
    {
        if (_saidColumns.Contains(column))
        {
            return _said.First(s => s.Column == column).Target;
        }

        if (_targets.TryGetValue(column, out var target))
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

        var exported = _isExport ? Array.IndexOf(Export.TraceCsv.ColumnNames(_study.Rules), column) : -1;
        var name =
            exported >= 0 ? _study.Fields[exported].Name
            : column.StartsWith("data.", StringComparison.Ordinal) && !IsField(column) ? column[5..]
            : column;
        name =
            _study.Fields.FirstOrDefault(f => f.Name == name)?.Name
            ?? _study.Fields.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
            ?? name;
        var field = name.Length == 0 ? null : Target.OfField(name, _study);
        return field is not null && (_taken.Count > MaximumColumns || _taken.Add(field.Name)) ? field : Target.Nowhere;
    }

    private IEnumerable<(string Column, Target Target)> All =>
        _said.Concat(_targets.Select(pair => (pair.Key, pair.Value)));

    private bool IsFree(string column) =>
        !_saidColumns.Contains(column)
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

    /// <summary>What <c>--map</c> says, with the files that it names read.</summary>
    /// <exception cref="ImportException">It cannot be read.</exception>
    public static IReadOnlyList<(string Target, string Column)> Pairs(TraceImportRequest request) =>
        [.. request.Map.SelectMany(m => Pairs(m, "--map")).Select(p => (p.Target, NameList.Plain(p.Value)))];

    private static IEnumerable<(string Target, string Value)> Pairs(string text, string flag)
    {
        if (!text.StartsWith('@'))
        {
            return NameList.Split(text).Select(t => Pair(t, flag));
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

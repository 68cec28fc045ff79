namespace Sillage.Traces.Import;

/// <summary>What to read into which study, and how.</summary>
/// <param name="File">The file; <c>-</c> for <see cref="Input"/>.</param>
/// <param name="Study">The study's slug.</param>
public sealed record TraceImportRequest(string File, string Study)
{
    /// <summary>What is read where the file is <c>-</c>.</summary>
    public Stream? Input { get; init; }

    /// <summary>Which column goes where, as <c>TARGET=COLUMN</c>, many separated by commas; <c>@FILE</c> for a file of them. A column may go to several places; one with a comma in its name stands in quotes.</summary>
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary>What is the same for every row, as <c>TARGET=VALUE</c>.</summary>
    public IReadOnlyList<string> Constants { get; init; } = [];

    /// <summary>Columns that are not read; <c>*</c> for all that are not mapped.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary><c>csv</c>, <c>tsv</c> or <c>ndjson</c>; null to see by the name and the content.</summary>
    public string? Format { get; init; }

    /// <summary>The character between cells; null to see by the first lines.</summary>
    public string? Delimiter { get; init; }

    /// <summary>The character around cells, or <c>none</c>.</summary>
    public string Quote { get; init; } = "\"";

    /// <summary>Whether the first line is a row already: columns are called 1, 2, 3…</summary>
    public bool NoHeader { get; init; }

    /// <summary>The name of the file's encoding; null for UTF-8.</summary>
    public string? Encoding { get; init; }

    /// <summary>Whether numbers are written with a comma before the fraction.</summary>
    public bool DecimalComma { get; init; }

    /// <summary>
    /// Texts of cells that mean that there is no value, beside the empty one, many separated by commas. In a text field a
    /// cell with quotes is what it says.
    /// </summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>How many lines are left out before the header, whatever stands in them.</summary>
    public int SkipLines { get; init; }

    /// <summary><c>rfc3339</c>, <c>s</c>, <c>ms</c>, <c>us</c> or a form such as <c>dd.MM.yyyy HH:mm:ss</c>; null to see by each text.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>The zone of times that name none, such as <c>Europe/Paris</c>; null for none.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Whether participants whom the study does not know are made, without accounts.</summary>
    public bool CreateParticipants { get; init; }

    /// <summary>Whether those who are made have given the study's consent on paper.</summary>
    public bool ConsentOnPaper { get; init; }

    /// <summary>The file that says which name in the file is which participant; null for one beside the file.</summary>
    public string? Keys { get; init; }

    /// <summary>Where rows go that cannot be taken; null for beside the file.</summary>
    public string? Bad { get; init; }

    /// <summary>Whether only to look.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether a look tells which targets nothing goes to, instead of ending there.</summary>
    public bool TellsMissing { get; init; }

    /// <summary>Who imports, for the audit trail; null for whoever runs the server.</summary>
    public Guid? Actor { get; init; }

    /// <summary>Which part of a larger file this is, from 0 up: rows of two parts that read the same are two.</summary>
    public int Part { get; init; }

    /// <summary>Whether to read from the beginning, whatever was read of the file before.</summary>
    public bool StartOver { get; init; }
}

/// <summary>What came of it, or would.</summary>
public sealed record TraceImportSummary
{
    /// <summary>What goes where, a line for each.</summary>
    public IReadOnlyList<string> Mapping { get; internal set; } = [];

    /// <summary>Which column goes where, by the names of both.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Columns { get; internal set; } = [];

    /// <summary>Columns that are not read.</summary>
    public IReadOnlyList<string> Unread { get; internal set; } = [];

    /// <summary>What every trace needs and nothing goes to; then no row was looked at.</summary>
    public IReadOnlyList<string> MissingTargets { get; internal set; } = [];

    /// <summary>The first rows as they are stored; of a dry run only.</summary>
    public IReadOnlyList<string> First { get; internal set; } = [];

    /// <summary>Rows read in this run.</summary>
    public long Rows { get; internal set; }

    /// <summary>Rows that an earlier run has read.</summary>
    public long RowsBefore { get; internal set; }

    /// <summary>Traces that are stored now and were not before; of a dry run those that could be.</summary>
    public long Added { get; internal set; }

    /// <summary>Rows that were stored already, with the same content.</summary>
    public long Known { get; internal set; }

    /// <summary>Participants made.</summary>
    public int ParticipantsMade { get; internal set; }

    /// <summary>Rows that could not be taken, by reason.</summary>
    public IReadOnlyDictionary<string, long> Reasons { get; internal set; } = new Dictionary<string, long>();

    /// <summary>A value for each reason that is one value's, as it stands in the file.</summary>
    public IReadOnlyDictionary<string, string> Values { get; internal set; } = new Dictionary<string, string>();

    /// <summary>Where those are; null if there are none.</summary>
    public string? Bad { get; internal set; }

    /// <summary>The file that says who is who; null if it was not needed.</summary>
    public string? Keys { get; internal set; }

    /// <summary>
    /// The file beside the imported one that says how far it was, where it speaks of another database, of a study that is gone or
    /// of a day after a backup that was put back: then all was read again. Null if it does not.
    /// </summary>
    public string? Stale { get; internal set; }

    /// <summary>Whether the file grew while it was read.</summary>
    public bool Grew { get; internal set; }

    /// <summary>Whether a packed file ends in another way than one that was packed in one piece and is whole.</summary>
    public bool MayBeCut { get; internal set; }

    /// <summary>Whether the last row was left, since for one of these reasons it may not be whole.</summary>
    public bool LeftLast { get; internal set; }
}

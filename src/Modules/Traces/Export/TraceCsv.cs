using System.Buffers.Text;
using System.Text.Json;
using Sillage.Api.Tables;
using Sillage.Schema;
using Sillage.Traces.Query;

namespace Sillage.Traces.Export;

/// <summary>Writes rows as CSV, one column for each declared field. What the options change is settled before the first row.</summary>
internal sealed class TraceCsv
{
    private static readonly string[] Before =
    [
        "timestamp",
        "corrected_timestamp",
        "local_time",
        "received_at",
        "session",
        "sequence",
        "name",
    ];
    private static readonly string[] Fixed = ["id", "participant", "number", "username", .. Before, "extra"];

    private readonly FieldRules _fields;
    private readonly ExportOptions _options;
    private readonly CsvCells _csv;
    private readonly FieldCells _data;
    private readonly (int Rule, Form Form)[] _columns;
    private readonly TimeCells _received;
    private readonly TimeCells _corrected;
    private readonly TimeCells? _local;
    private readonly TimeCells? _declared;

    /// <summary>How a field's texts are written.</summary>
    private enum Form
    {
        Text,
        Json,
        Time,
        Whole,
    }

    public TraceCsv(FieldRules fields, ExportOptions options)
    {
        (_fields, _options) = (fields, options);
        _csv = new CsvCells(options.KeepFormulas, options.DecimalComma);
        _data = new FieldCells(fields);
        _columns =
        [
            .. ColumnsOf(fields, options.Identities)
                .Select(rule =>
                    (
                        rule,
                        fields.Rules[rule].Type switch
                        {
                            FieldType.Json => Form.Json,
                            FieldType.Integer => Form.Whole,
                            FieldType.Timestamp when options.Zone is not null => Form.Time,
                            _ => Form.Text,
                        }
                    )
                ),
        ];
        _received = new TimeCells(options.Zone);
        _corrected = new TimeCells(options.Zone);
        _local = options.Zone is null ? null : new TimeCells(options.Zone);
        _declared = options.Zone is null ? null : new TimeCells(options.Zone);
    }

    /// <summary>Where the next rows go.</summary>
    public RowBuffer Output
    {
        get => _csv.Output;
        set => _csv.Output = value;
    }

    /// <summary>Set for a column of corrected timestamps.</summary>
    public CorrectedTimes? Corrected { get; init; }

    /// <summary>The places of the fields that have a column: all but those left out for this reader.</summary>
    public static IEnumerable<int> ColumnsOf(FieldRules fields, bool inClear) =>
        Enumerable.Range(0, fields.Rules.Length).Where(i => inClear || fields.Rules[i].Export != FieldExport.LeaveOut);

    /// <summary>
    /// Each field's column, in the study's order: its own name, or, where another column has that, the first of <c>data.NAME</c>,
    /// <c>data.data.NAME</c> and so on that no column and no other field has. What an export leaves out has no part in it, so that
    /// all exports of a study call the same field the same.
    /// </summary>
    public static string[] ColumnNames(FieldRules fields)
    {
        var taken = new HashSet<string>([.. Fixed, .. fields.Rules.Select(r => r.Name)], StringComparer.Ordinal);
        return
        [
            .. fields.Rules.Select(rule =>
            {
                var name = rule.Name;
                while (Fixed.Contains(rule.Name) && !taken.Add(name))
                {
                    name = "data." + name;
                }

                return name;
            }),
        ];
    }

    public void WriteHeader()
    {
        var columns = new List<string> { "id", "participant" };
        if (_options.Identities)
        {
            columns.AddRange(["number", "username"]);
        }

        columns.AddRange(
            Before.Where(name =>
                name switch
                {
                    "corrected_timestamp" => Corrected is not null,
                    "local_time" => _local is not null,
                    _ => true,
                }
            )
        );
        var names = ColumnNames(_fields);
        columns.AddRange(_columns.Select(c => names[c.Rule]));
        columns.Add("extra");
        _csv.Begin(_options.Bom);
        _csv.Header(columns);
    }

    public void Write(in TraceRow row, IReadOnlyDictionary<long, string>? names)
    {
        Utf8Formatter.TryFormat(row.Id, Output.GetSpan(36), out var length);
        Output.Advance(length);
        _csv.Next();
        _csv.Text(row.Pseudonym);
        if (_options.Identities)
        {
            _csv.Next();
            _csv.Whole(row.Participant);
            _csv.Next();
            _csv.Text(row.Participant is { } number ? names!.GetValueOrDefault(number) : null);
        }

        _csv.Next();
        _csv.Text(row.Timestamp);
        if (Corrected is not null)
        {
            _csv.Next();
            _corrected.Write(Output, Corrected.Of(row));
        }

        if (_local is not null)
        {
            _csv.Next();
            _local.Write(Output, row.Time);
        }

        _csv.Next();
        _received.Write(Output, row.ReceivedAt);
        _csv.Next();
        if (!row.Session.IsEmpty)
        {
            _csv.Text(row.Session);
        }

        _csv.Next();
        _csv.Whole(row.Sequence);
        _csv.Next();
        _csv.Text(row.Name);
        WriteData(row.Data);
        _csv.EndRow();
    }

    private void WriteData(ReadOnlySpan<byte> data)
    {
        _data.Split(data);
        var cells = _data.Cells;
        foreach (var (rule, form) in _columns)
        {
            _csv.Next();
            var cell = cells[rule];
            if (cell.IsMissing)
            {
                continue;
            }

            var value = data.Slice(cell.Start, cell.Length);
            switch (cell.Type)
            {
                case JsonTokenType.Number when form == Form.Whole && WholeNumber.TryParse(value, out var whole):
                    _csv.Whole(whole);
                    break;
                case JsonTokenType.String when form is Form.Text or Form.Whole:
                    _csv.Text(_data.Unescape(value));
                    break;
                case JsonTokenType.String when form == Form.Time:
                    WriteTime(_data.Unescape(value));
                    break;
                case JsonTokenType.Number when form != Form.Json:
                    _csv.Decimal(value);
                    break;
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    Output.Write(value);
                    break;
                default:
                    _csv.Quoted(value);
                    break;
            }
        }

        _csv.Next();
        WriteExtra(data);
    }

    // What was stored before the field was declared may be no time.
    private void WriteTime(ReadOnlySpan<byte> text)
    {
        if (Rfc3339.TryParse(text, out long time))
        {
            _declared!.Write(Output, time);
        }
        else
        {
            _csv.Text(text);
        }
    }

    private void WriteExtra(ReadOnlySpan<byte> data)
    {
        if (_data.Extra.Count == 0)
        {
            return;
        }

        Output.Write("\"{"u8);
        for (var i = 0; i < _data.Extra.Count; i++)
        {
            if (i > 0)
            {
                Output.Write((byte)',');
            }

            var (start, length) = _data.Extra[i];
            _csv.Doubled(data.Slice(start, length));
        }

        Output.Write("}\""u8);
    }
}

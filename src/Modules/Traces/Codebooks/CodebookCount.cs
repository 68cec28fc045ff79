using System.Text.Json;
using Sillage.Api.Replies;
using Sillage.Schema;
using Sillage.Traces.Export;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Codebooks;

/// <summary>Counts what the columns of a study's export hold, row by row.</summary>
internal sealed class CodebookCount
{
    private readonly Study _study;
    private readonly FieldRule[] _rules;
    private readonly FieldCells _data;
    private readonly ColumnTally[] _fields;
    private readonly ColumnTally[] _before = [.. FixedColumns.Before.Select(_ => new ColumnTally())];
    private long _traces;
    private long _withExtra;

    public CodebookCount(Study study)
    {
        _study = study;
        _rules = study.Rules.Rules;
        _data = new FieldCells(study.Rules);
        _fields = [.. _rules.Select(_ => new ColumnTally())];
    }

    public bool Add(in TraceRow row)
    {
        _traces++;
        if (row.Pseudonym is { } pseudonym)
        {
            Span<byte> utf8 = stackalloc byte[64];
            System.Text.Encoding.UTF8.TryGetBytes(pseudonym, utf8, out var length);
            _before[0].AddText(utf8[..length]);
        }

        _before[1].AddTime(row.Time);
        _before[2].AddTime(row.ReceivedAt);
        if (!row.Session.IsEmpty)
        {
            _before[3].AddText(row.Session);
        }

        if (row.Sequence is { } sequence)
        {
            _before[4].AddWhole(sequence);
        }

        _before[5].AddText(row.Name);
        _data.Split(row.Data);
        var cells = _data.Cells;
        for (var i = 0; i < cells.Length; i++)
        {
            if (!cells[i].IsMissing)
            {
                Add(_fields[i], _rules[i].Type, cells[i].Type, row.Data.Slice(cells[i].Start, cells[i].Length));
            }
        }

        _withExtra += _data.Extra.Count > 0 ? 1 : 0;
        return true;
    }

    private void Add(ColumnTally tally, FieldType declared, JsonTokenType type, ReadOnlySpan<byte> value)
    {
        // What came before the field was declared may be of another type: it counts as there.
        switch (declared, type)
        {
            case (FieldType.String, JsonTokenType.String):
                tally.AddText(_data.Unescape(value));
                break;
            case (FieldType.Timestamp, JsonTokenType.String)
                when Rfc3339.TryParse(_data.Unescape(value), out long time):
                tally.AddTime(time);
                break;
            case (FieldType.Integer, JsonTokenType.Number) when TryRead(value, out long whole):
                tally.AddWhole(whole);
                break;
            case (FieldType.Number, JsonTokenType.Number) when TryRead(value, out double number):
                tally.AddNumber(number);
                break;
            case (FieldType.Boolean, JsonTokenType.True or JsonTokenType.False):
                tally.AddBoolean(type == JsonTokenType.True);
                break;
            default:
                tally.AddOther();
                break;
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> value, out long whole) =>
        (System.Buffers.Text.Utf8Parser.TryParse(value, out whole, out var read) && read == value.Length)
        || WholeNumber.TryParse(value, out whole);

    private static bool TryRead(ReadOnlySpan<byte> value, out double number) =>
        System.Buffers.Text.Utf8Parser.TryParse(value, out number, out var read)
        && read == value.Length
        && double.IsFinite(number);

    public Codebook ToCodebook(DateTimeOffset now)
    {
        var columns = new List<CodebookColumn>
        {
            Describe(
                "id",
                null,
                "uuid",
                new("id", FieldType.String, true, Description: FixedColumns.IdDescription),
                _traces
            ),
        };
        columns.AddRange(FixedColumns.Before.Select((f, i) => Describe(f.Name, null, f, _before[i])));
        var names = TraceCsv.ColumnNames(_study.Rules);
        columns.AddRange(
            TraceCsv
                .ColumnsOf(_study.Rules, inClear: false)
                .Select(i => Describe(names[i], _rules[i].Name, _study.Fields[i], _fields[i]))
        );
        columns.Add(
            Describe(
                FixedColumns.Extra,
                null,
                "json",
                new(FixedColumns.Extra, FieldType.Json, Description: FixedColumns.ExtraDescription),
                _withExtra
            )
        );
        var self = StudyResource.AddressOf(_study.Slug);
        return new Codebook(
            _study.Slug,
            _study.Title,
            _traces,
            now,
            columns,
            new Links(self + "/codebook") { ["study"] = self, ["export"] = self + "/traces/export" }
        );
    }

    private CodebookColumn Describe(
        string column,
        string? field,
        string type,
        FieldDefinition definition,
        long present
    ) =>
        new(
            column,
            field,
            type,
            definition.Required is true,
            definition.Description,
            null,
            null,
            false,
            present,
            _traces - present,
            null,
            null,
            null,
            null,
            null,
            null
        );

    private CodebookColumn Describe(string column, string? field, FieldDefinition definition, ColumnTally tally) =>
        Describe(column, field, definition.Type.ToString().ToLowerInvariant(), definition, tally.Present) with
        {
            Unit = definition.Unit,
            Allowed = definition.Export == FieldExport.Mask ? null : definition.Values,
            Masked = definition.Export == FieldExport.Mask,
            Minimum = tally.Minimum,
            Maximum = tally.Maximum,
            Shortest = tally.Shortest,
            Longest = tally.Longest,
            Distinct = tally.Distinct,
            Values = tally.Values,
        };
}

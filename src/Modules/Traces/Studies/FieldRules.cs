using System.Text;

namespace Sillage.Traces.Studies;

/// <summary>A study's fields, made ready for checking traces byte by byte.</summary>
internal sealed class FieldRules
{
    public FieldRules(IReadOnlyList<FieldDefinition> fields, UnknownFields unknown)
    {
        Rules = [.. fields.Select(f => new FieldRule(f))];
        Unknown = unknown;
        Required = [.. Enumerable.Range(0, Rules.Length).Where(i => Rules[i].Required)];
    }

    public FieldRule[] Rules { get; }

    public UnknownFields Unknown { get; }

    /// <summary>The places in <see cref="Rules"/> of the fields that every trace must have.</summary>
    public int[] Required { get; }
}

/// <summary>One field's rule.</summary>
internal sealed class FieldRule(FieldDefinition field)
{
    public string Name { get; } = field.Name;

    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(field.Name);

    public FieldType Type { get; } = field.Type;

    public bool Required { get; } = field.Required is true;

    /// <summary>How it appears to those who do not see identities.</summary>
    public FieldExport Export { get; } = field.Export ?? FieldExport.Keep;

    public int MaxLength { get; } = field.MaxLength ?? int.MaxValue;

    /// <summary>The texts allowed; null where any is.</summary>
    public byte[][]? Texts { get; } =
        field.Type == FieldType.String
            ? field.Values?.Select(v => Encoding.UTF8.GetBytes(v.GetString()!)).ToArray()
            : null;

    /// <summary>The whole numbers allowed; null where any is.</summary>
    public long[]? Integers { get; } =
        field.Type == FieldType.Integer ? field.Values?.Select(v => v.GetInt64()).ToArray() : null;

    /// <summary>The numbers allowed; null where any is.</summary>
    public double[]? Numbers { get; } =
        field.Type == FieldType.Number ? field.Values?.Select(v => v.GetDouble()).ToArray() : null;

    /// <summary>The values allowed, for messages.</summary>
    public string Allowed { get; } =
        field.Values is null ? "" : string.Join(", ", field.Values.Take(20).Select(v => v.GetRawText()));
}

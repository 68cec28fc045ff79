using System.Text;

namespace Sillage.Schema;

/// <summary>A study's fields, made ready for checking traces byte by byte.</summary>
public sealed class FieldRules
{
    /// <summary>The rules of these fields.</summary>
    public FieldRules(IReadOnlyList<FieldDefinition> fields, UnknownFields unknown)
    {
        Rules = [.. fields.Select(f => new FieldRule(f))];
        Unknown = unknown;
        Required = [.. Enumerable.Range(0, Rules.Length).Where(i => Rules[i].Required)];
    }

    /// <summary>A rule a field, in the order of the fields.</summary>
    public FieldRule[] Rules { get; }

    /// <summary>What becomes of members that are no field.</summary>
    public UnknownFields Unknown { get; }

    /// <summary>The places in <see cref="Rules"/> of the fields that every trace must have.</summary>
    public int[] Required { get; }
}

/// <summary>One field's rule.</summary>
public sealed class FieldRule(FieldDefinition field)
{
    /// <summary>The field's name.</summary>
    public string Name { get; } = field.Name;

    /// <summary>The same as UTF-8.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(field.Name);

    /// <summary>What it holds.</summary>
    public FieldType Type { get; } = field.Type;

    /// <summary>Whether it must be there, and not null.</summary>
    public bool Required { get; } = field.Required is true;

    /// <summary>How it appears to those who do not see identities.</summary>
    public FieldExport Export { get; } = field.Export ?? FieldExport.Keep;

    /// <summary>The most characters of its text.</summary>
    public int MaxLength { get; } = field.MaxLength ?? int.MaxValue;

    /// <summary>The texts allowed; null where any is.</summary>
    public byte[][]? Texts { get; } =
        field.Type == FieldType.String
            ? field.Values?.Select(v => Encoding.UTF8.GetBytes(v.GetString()!)).ToArray()
            : null;

    /// <summary>The whole numbers allowed; null where any is.</summary>
    public long[]? Integers { get; } = field.Type == FieldType.Integer ? field.Values?.Select(WholeOf).ToArray() : null;

    /// <summary>The numbers allowed; null where any is.</summary>
    public double[]? Numbers { get; } =
        field.Type == FieldType.Number ? field.Values?.Select(v => v.GetDouble()).ToArray() : null;

    private static long WholeOf(System.Text.Json.JsonElement value) =>
        WholeNumber.TryGet(value, out var whole) ? whole : throw new InvalidOperationException("No whole number.");

    /// <summary>The values allowed, for messages.</summary>
    public string Allowed { get; } =
        field.Values is null ? "" : string.Join(", ", field.Values.Take(20).Select(v => v.GetRawText()));
}

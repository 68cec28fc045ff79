using Sillage.Schema;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import.Rows;

/// <summary>Which member of a trace.</summary>
internal enum TargetKind
{
    Id,
    Participant,
    Timestamp,
    Session,
    Sequence,
    Name,

    /// <summary>All of the data: an object whose members are fields.</summary>
    Data,

    /// <summary>One field of the data.</summary>
    Field,

    /// <summary>Nowhere.</summary>
    None,
}

/// <summary>Where a value goes.</summary>
/// <param name="Kind">The member.</param>
/// <param name="Field">The field's name, for a field.</param>
/// <param name="Type">What a declared field holds; null for one that is not declared.</param>
/// <param name="Required">Whether a declared field has to be there.</param>
internal sealed record Target(TargetKind Kind, string? Field = null, FieldType? Type = null, bool Required = false)
{
    public const string Expected = "id, participant, timestamp, session, sequence, name, data or data.FIELD";

    public static readonly Target Nowhere = new(TargetKind.None);

    private const string Prefix = "data.";

    /// <summary>Its name in mappings and messages.</summary>
    public string Name => Kind == TargetKind.Field ? Prefix + Field : Kind.ToString().ToLowerInvariant();

    /// <summary>Reads a name.</summary>
    /// <exception cref="ImportException">There is no such target, or no such field in a study that refuses what it does not know.</exception>
    public static Target Parse(string name, Study study)
    {
        if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length)
        {
            return OfField(name[Prefix.Length..], study)
                ?? throw new ImportException(
                    $"The study '{study.Slug}' has no field '{name[Prefix.Length..]}' and refuses what it does not know; it has "
                        + $"{string.Join(", ", study.Fields.Select(f => f.Name))}."
                );
        }

        return
            Enum.TryParse<TargetKind>(name, ignoreCase: true, out var kind)
            && kind is not (TargetKind.Field or TargetKind.None)
            && !char.IsAsciiDigit(name[0])
            ? new Target(kind)
            : throw new ImportException($"A trace has no '{name}': a column goes to {Expected}.");
    }

    /// <summary>A field of the study; null if there is none, and may be none.</summary>
    public static Target? OfField(string name, Study study) =>
        study.Fields.FirstOrDefault(f => f.Name == name) is { } field
            ? new Target(TargetKind.Field, name, field.Type, field.Required is true)
        : study.UnknownFields == UnknownFields.Keep ? new Target(TargetKind.Field, name)
        : null;
}

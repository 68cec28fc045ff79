using Sillage.Collections.Declared;

namespace Sillage.Collections.Language;

/// <summary>An expression whose names are known and whose values are of the sorts that they are compared with.</summary>
internal abstract record Test;

internal sealed record All(IReadOnlyList<Test> Of) : Test;

internal sealed record Any(IReadOnlyList<Test> Of) : Test;

internal sealed record Not(Test Inner) : Test;

internal sealed record Truth(bool Value) : Test;

/// <summary>
/// Whether two values compare so. What has no value compares in no way: only <c>!=</c> and <c>!~</c>, which are nothing but the opposite of
/// <c>=</c> and <c>~</c>, hold then.
/// </summary>
internal sealed record Compare(Value Left, Comparison By, Value Right) : Test;

/// <summary>Whether there is a value.</summary>
internal sealed record Missing(Value Value) : Test;

/// <summary>Whether a list has a value.</summary>
internal sealed record HasItem(FieldValue List, Given Item) : Test;

/// <summary>Whether there is a related record of which <paramref name="Inner"/> holds.</summary>
internal sealed record Related(FieldPlan By, CollectionPlan Target, Test Inner) : Test;

/// <summary>What is compared.</summary>
internal abstract record Value(Sort Sort);

internal sealed record FieldValue(FieldPlan Field) : Value(Field.Sort);

internal enum Column
{
    Id,
    Owner,
    Created,
    Updated,
}

/// <summary>What every record has.</summary>
internal sealed record ColumnValue(Column Column) : Value(Column is Column.Id or Column.Owner ? Sort.Id : Sort.Time);

/// <summary>A value that is known before a record is looked at.</summary>
internal abstract record Given(Sort Sort) : Value(Sort);

/// <summary>A value in the form that it is stored in: string, long, double, bool or Guid.</summary>
internal sealed record Literal(Sort Sort, object Stored) : Given(Sort);

internal enum MeMember
{
    Id,
    Role,
    Username,
}

internal sealed record Me(MeMember Member, Sort Sort) : Given(Sort);

internal sealed record Now(TimeSpan Offset, Sort Sort) : Given(Sort);

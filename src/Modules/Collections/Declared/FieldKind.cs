namespace Sillage.Collections.Declared;

/// <summary>What a field of a collection holds.</summary>
public enum FieldKind
{
    /// <summary>A line of text, at most 255 characters unless it says otherwise.</summary>
    String,

    /// <summary>Text of any length, at most 100 000 characters unless it says otherwise.</summary>
    Text,

    /// <summary>A whole number of at most 64 bits.</summary>
    Integer,

    /// <summary>A number within the range of IEEE 754 double precision.</summary>
    Number,

    /// <summary>An exact decimal number, written as text such as <c>"12.50"</c>; <c>scale</c> says how many decimals it has.</summary>
    Decimal,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A day such as <c>2026-11-20</c>.</summary>
    Date,

    /// <summary>A point in time as RFC 3339 text.</summary>
    Timestamp,

    /// <summary>A length of time as ISO 8601 text such as <c>PT1H30M</c>, without years and months.</summary>
    Duration,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>An address that begins with http:// or https://.</summary>
    Url,

    /// <summary>One of the words in <c>values</c>.</summary>
    Enum,

    /// <summary>Any JSON value.</summary>
    Json,

    /// <summary>The id of a record of the collection that <c>to</c> names.</summary>
    Relation,
}

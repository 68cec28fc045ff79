using System.ComponentModel.DataAnnotations;

namespace Sillage.Collections;

/// <summary>Settings of the collections module, section <c>Collections</c>.</summary>
public sealed class CollectionsOptions
{
    /// <summary>
    /// From how many records on a filter or an order has to have an index to go by; without one it is refused. From 100 to
    /// 10 000 000. Default 20 000.
    /// </summary>
    [Range(100, 10_000_000)]
    public int LargeFrom { get; set; } = 20_000;

    /// <summary>
    /// For how many days a deleted record is kept, so that it can be restored and copies elsewhere hear of it. From 1 to 3650.
    /// Default 30.
    /// </summary>
    [Range(1, 3650)]
    public int KeepDeletedDays { get; set; } = 30;

    /// <summary>
    /// For how many days it is kept who asked what of the collections of a space, save of <c>main</c>; 0 keeps nothing. From 0 to 365.
    /// Default 7.
    /// </summary>
    [Range(0, 365)]
    public int KeepRequestsDays { get; set; } = 7;

    /// <summary>The most collections that one person may have declared. From 1 to 10 000. Default 200.</summary>
    [Range(1, 10_000)]
    public int PerPerson { get; set; } = 200;
}

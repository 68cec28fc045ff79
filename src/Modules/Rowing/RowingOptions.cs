using System.ComponentModel.DataAnnotations;

namespace Sillage.Rowing;

/// <summary>Settings of the rowing module, section <c>Rowing</c>.</summary>
public sealed class RowingOptions
{
    /// <summary>
    /// After how long without a stroke a live session is closed by itself. From a minute to a day. Default 00:15:00.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan CloseAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How many workouts an account may keep, those from other devices and live ones too. From 1 to 10 million. Default 20 000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int WorkoutsPerAccount { get; set; } = 20_000;

    /// <summary>
    /// For how long the log of deletions is kept, by which copies elsewhere follow. From a day to ten years. Default 90 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepDeletions { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// For how long reports of files are kept. What was made of a file stays. From a day to ten years. Default 90 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepFiles { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How many comments on workouts, assigned workouts and changes of them, of which others are told, one person may write at once. 1 to 100 000, default 60.</summary>
    [Range(1, 100_000)]
    public int TellBurst { get; set; } = 60;

    /// <summary>How many more each minute. 0.1 to 100 000, default 30.</summary>
    [Range(0.1, 100_000)]
    public double TellsPerMinute { get; set; } = 30;
}

using Sillage.Rowing.Records;

namespace Sillage.Rowing.Files;

/// <summary>What is known of a file besides its bytes.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Start">When its session began, for files that do not say it.</param>
/// <param name="TimeZone">Where it was rowed.</param>
/// <param name="Machine">What it was rowed on, for files that do not say it.</param>
/// <param name="UploadedAt">When it came.</param>
internal sealed record FileHints(
    Guid Account,
    DateTimeOffset? Start,
    string? TimeZone,
    Machine? Machine,
    DateTimeOffset UploadedAt
);

/// <summary>What was read from a file: what was understood, and what was not.</summary>
/// <param name="Form">The file's form, as one word.</param>
/// <param name="Workouts">The sessions in it.</param>
/// <param name="Findings">What is not as it should be.</param>
/// <param name="Failure">Why nothing could be read; null if anything was.</param>
internal sealed record FileContent(
    string Form,
    IReadOnlyList<WorkoutDraft> Workouts,
    IReadOnlyList<Finding> Findings,
    string? Failure = null
)
{
    public static FileContent Failed(string form, string failure) => new(form, [], [], failure);
}

/// <summary>Reads files by what is in them; names and media types are what people make of them.</summary>
internal static class FileReading
{
    public static FileContent Read(byte[] bytes, FileHints hints)
    {
        if (bytes.Length == 0)
        {
            return FileContent.Failed("unknown", "The file is empty.");
        }

        if (Fit.FitDecoder.Looks(bytes))
        {
            return FitReader.Read(bytes, hints);
        }

        return XmlPoints.Looks(bytes) ? XmlReading.Read(bytes, hints) : CsvReading.Read(bytes, hints);
    }
}

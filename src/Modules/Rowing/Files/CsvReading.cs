namespace Sillage.Rowing.Files;

/// <summary>Finds out which CSV it is by its columns, and has it read.</summary>
internal static class CsvReading
{
    public static FileContent Read(byte[] bytes, FileHints hints)
    {
        if (CsvTable.Read(bytes) is not { } table)
        {
            return FileContent.Failed("unknown", "It is neither FIT nor TCX, GPX or CSV.");
        }

        if (table.Column("Work Distance") >= 0 && table.Column("Date") >= 0)
        {
            return SeasonCsv.Read(table, hints);
        }

        return table.Column("Time (seconds)") >= 0 && table.Column("Distance (meters)") >= 0
            ? StrokeCsv.Read(table, hints)
            : FileContent.Failed(
                "csv",
                "Its columns are not those of a result or a season of the Concept2 Logbook, nor those of ErgData."
            );
    }
}

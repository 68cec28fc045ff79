namespace Sillage.Rowing;

/// <summary>Stands for the module's tables.</summary>
public sealed class RowingData
{
    private RowingData() { }
}

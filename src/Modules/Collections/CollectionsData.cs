namespace Sillage.Collections;

/// <summary>Stands for the module's tables.</summary>
public sealed class CollectionsData
{
    private CollectionsData() { }
}

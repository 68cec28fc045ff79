namespace Sillage.Messaging;

/// <summary>Stands for the module's tables, so that whoever reads them need not know the module's class.</summary>
public sealed class MessagingData
{
    private MessagingData() { }
}

"""What the views of several tasks (ui/tasks) draw: charts, verdicts and figures, boxes for a text, the network's inside."""
